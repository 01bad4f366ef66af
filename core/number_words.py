"""The words of numbers, English, Hindi and Punjabi, in the one spelling that `sounded` gives every way to write them. ◆

पचहत्तर, pachahattar  ->  pachahtar  ->  75
"""

from core.script import sounded

_NAMES = """
zero,ziro,shunya,shuny,sifar one,ek,ik two,do three,teen four,char five,panch,panj six,chhe,chhah,cheh,chh seven,saat eight,aath
nine,nau,naun
ten,das,dus eleven,gyarah,gyara,gyaran,giaran twelve,barah,baran thirteen,terah,teran fourteen,chaudah,chauda,chaudan
fifteen,pandrah,pandra,pandran,pandaran sixteen,solah,sola,solan seventeen,satrah,satra,sataran eighteen,atharah,athara,atharan
nineteen,unnis,unni
twenty,bees,veeh ikkis,ikki,ekkis bais,bai teis,tais,tei chaubis,chauvi,chobis pachchis,pachchi chhabbis,chhabbi sattais,satai
atthais,athai,attais untis,unatti
thirty,tees,teeh ikattis,ikatti battis,bati taintis,tentis,tetis,taitis,teti chauntis,chautis,chauti,chaunti
paintis,pentis,painti chhattis,chhatti saintis,sentis,sainti,saitis adtis,artis,arti,athatti,ardtis
untalis,unchalis,unatalis,unatali,untali
forty,fourty,chalis,chali iktalis,ikatalis,ektalis,ikatali,iktali bayalis,byalis,batali,biali,bialis
taintalis,tentalis,tiyalis,taratali,tetalis,tartali chauwalis,chavalis,chautali,chauntalis,chutali
paintalis,pentalis,panatali,paintali chhiyalis,chhiali saintalis,sentalis,sanatali,saintali
adtalis,artalis,aratalis,athatali,artali unchas,unachas,unanja
fifty,pachas,panjah ikyavan,ekyavan,ikavan,ikvanja bavan,bavanja tirpan,tirepan,trepan,tirvanja,taravanja
chauvan,chavvan,charavanja,chuvanja pachpan,pachapan,pachavanja,pachvanja chhappan,chhapanja sattavan,satvanja
atthavan,athvanja,athavanja unsath,unahth,unahath
sixty,saath iksath,eksath,ikahath basath,bahath tirsath,tresath,trehath,tiresath,tarenhath chaunsath,chausath,chauhath,chaunhath
painsath,pensath,painhath chhiyasath,chhayasath,siyasath,chhiahath sadsath,sarsath,satahath adsath,arsath,athahath
unhattar,unahattar,unattar
seventy,sattar ikhattar,ikahattar,ekhattar,ikattar bahattar,battar tihattar,tehattar chauhattar,chohattar,chuhattar
pachhattar,pachahattar,pichattar chhihattar,chhiattar,chhahattar satattar,satahattar,sathattar athattar,athahattar unyasi,unasi
eighty,assi ikyasi,ekyasi,ikasi bayasi,biasi,byasi tirasi,terasi chaurasi pachasi,pichasi chhiyasi sattasi athasi
navasi,nauasi,unanave,unnanve,unanaven
ninety,nabbe,nabbey,nabbay,navve ikyanve,ekyanve,ikyanbe,ikanave,ikanve banve,banbe,bayanve tiranve,tiranave,tiranbe,taranave
chauranve,chauranave,chauranbe,charanave pachanve,pichanve,panchanve,pachyanve chhiyanve,chhianbe
sattanve,sattanave,sattanbe,santanve atthanve,anthanve ninyanve,ninyanbe,narinve,ninanve
"""
VALUES = {sounded(name): float(value) for value, names in enumerate(_NAMES.split()) for name in names.split(",")}
"""Of a word, up to ninety-nine."""
TENS = {sounded(name) for name in "twenty thirty forty fourty fifty sixty seventy eighty ninety".split()}
ONES = {sounded(name) for name in "one two three four five six seven eight nine".split()}


def _valued(listed: dict[float, str]) -> dict[str, float]:
    return {sounded(word): value for value, names in listed.items() for word in names.split()}


TIMES = _valued(
    {
        100: "sau hundred",
        1e3: "hazar hajar thousand",
        1e5: "lakh lac lacs lakhs",
        1e6: "million milian",
        1e7: "crore karor karod karore crores",
    }
)
MORE = _valued({0.5: "sadhe sarhe saade", 0.25: "sava", -0.25: "paune pone pauna paun pona"})
"""Before a number or what it counts: sadhe teen, sava lakh."""
HALVES = _valued({1.5: "dedh derh dhed", 2.5: "dhai adhai arhai", 0.5: "aadha aadhi half"})
POINT = {sounded(word) for word in ("point", "dashamlav", "dashmlav")}
