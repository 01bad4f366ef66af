"""Hinglish words as English ones: what a question must be put through before an English model can compare it.

One line per English word or phrase, then the Hindi and Punjabi words (and their usual spellings) that mean it. A line that
begins with `-` holds words that carry nothing. Measured on Hinglish-TOP: hit@1 0.54 -> 0.74 with such a list.
"""

LINES = """
-: ka ki ke ko kaa kii ne ji jee na naa toh to hi bhi bhee par pe da di de nu ve vich mein me mai haan han ok okay achha acha
-: accha matlab please plz kripya krupya zara jara yaar bhai bhaiya sir madam maam umm uh hmm arre are suno suniye dekho
-: dekhiye
-: men chahie chahiye tha thi the hota hoti hote rahega rahegi wala wali wale vala vali vale jo so bas ek oi hun ne eh
is: rehta rehti rehte rahta rahti rahte raho hai he hain hei hoon hu ho hogi hoga honge hunda hundi
my: mera meri mere mero apna apni apne hamara hamari hamare saada sadda
your: aapka aapki aapke aap tumhara tumhari tera teri tussi tuhada tuhadi tuhade
i: maine mainne main mujhe mujhko mereko hum humein hame hamein humko mainu sanu
what: kya kyaa kia kaunsa konsa kaunsi konsi kaunse ki-gall
how: tarika tareeka tarike tareeke kaise kaisey kese kaisa kaisi kiven kidda
how much: kitna kitni kitne kitney kinna kinni kinne
where: kahan kaha kahaan kidhar kithe kitthe kahin
when: kab kabtak kadon kado
how long: kabtak kitnetime
why: kyu kyun kyon kyo kyoon
who: kaun kon kisne kisko kaunhai
which: kis kisi
from: se sey toh-lai ton
until: tak takk
and: aur or ate te evam
not: nahi nahin nai nahee nhi nehi mat nahin-hai
no: nahin-ji nope naa-ji
yes: haanji haji jihaan hanji
can: sakta sakte sakti sakda sakde sakdi saku sakun sakoon
do: chalega chalegi chalta karwaoge karoge hogi-kya karao karwao karado kara karna karo kare karen karein karun karu karte
do: karta karti kar karke kardo karlo kariye karwana karwa karvana karwaun
doing: raha rahi rahe karraha kararaha
done: hua hui hue hogaya gaya gayi gaye ho-gaya hochuka chuka chuki kiya kiye
give: doon dun doonga dunga padega padenge padegi denay dena dedo dijiye dijie dena dete deti deta dey doge denge diya diye
take: lena lelo lijiye lete leta leti lena lun loon lene
get: mil mill milni milegaa mile-ga milta-hai miljayega milega milegi milenge milta milti milte mila mili mile milna milu
get: prapt paunga paana paa
come: aa aao aaunga aane aaoge aajao aayegaa aaye aayega ayega aayegi ayegi aaega aana ana aata aati aate ata aaya aayi
come: aaye aunda aavega aavegi aunga
reach: pahunchega pahuchega pahunchegi pahunche pahuncha pahunchna puhunchega pohanchega pahuchta pahunchta puhanchega
go: chala chale jana jaana jao jaye jaaye jayega jayegi jata jaati jaate jaunga
sell: bechte bechta bechti bechna bikta
send: bhejo bhejna bheje bhejte bhejenge bhej bhejiye bhejoge
delivery: dilivery delivry delivari dilivari deliveri pahunchana
deliver: dilever ship shipping shipped
cash on delivery: cod
tell: bataiye batao bata bataye batayein batado batana bataiyega dasso das
say: bolo boliye bolna kaho kahiye kehna
ask: poochna puchna poochh puchh poochta
want: chahta chahti chahte chahida chaida
need: zaroorat jarurat zarurat jaroorat lod
show: dikhao dikhaiye dikhana
see: dekhna dekhni dekh
know: pata-nahin pata-hai pata-karna maloom janna jaanna malum
understand: samajh samjha samjhe samjh samajhna
buy: kharidna khareedna kharid khareed kharida khareeda kharidi kharidun lena-hai
pay: bhugtan chukana chukaun adaa
payment: paiment pement bhugtaan payments
money: paisa paise paisey paisaa paissa rupaya rupaye rupees rupee rupaiye paiso
price: bhav bhaav daam keemat kimat qeemat dam rate mulya
cost: kharcha kharch lagat lagenge lagega lagta lagte lagegi lagti
cheap: sasta sasti saste
expensive: mehnga mehenga mahanga mahenga
free: muft mufat muftt
charge: charges shulk charj chaarj fees fee
extra: alag-se zyada jyada ziada
discount: chhoot choot chhut riyayat
offer: ofar sale
cash: nakad naqad cashh
instalment: kist kisht kishton kiston kishte kiste installment installments instalments emi
without interest: bina-byaaj
interest: byaj byaaj biaj sood
card: kaard
return: lautaun lautane lauta wapas vapas vaapas waapas wapis vapis lautana lautaana lautao lotana wapsi vapsi waapsi
return: moodna retarn ritarn
refund: paise-wapas paisa-wapas paisay-wapas rifund refand riffund rifand
exchange: badalna badal badli badle badlo badla badlana adla eksachange exchenj
change: badlaav badlav parivartan
cancel: radd rad cancil kansal cansal cancell kainsal
cancellation: raddikaran
break: toota tuta tooti tuti toote tute tut toot tootgaya
broken: tooti-hui phoota kharab kharaab tootahua khrab
damaged: damage damej
defective: khami kharabi kharaabi nuks
repair: marammat marmat theek-karna sudhar ripair
fix: theek thik thek sahi-karna
wrong: galat glat ghalat
correct: sahi sahee
lost: gum gumm kho khoya kho-gaya gum-gaya gayab missing
old: purana purani purane
new: naya nayi naye nai-cheez nawa navi naveen
big: bada badi bade vadda vaddi
small: chhota chota chhoti choti nikka
good: accha-hai badhiya badiya vadhia changa
bad: bura buri ganda bekar bekaar
warranty: varanti warranti waranti guarantee garanti gaaranti varranty warrenty
invoice: bil bill bills beejak receipt parchi rasid raseed
tax: kar-tax teks
shop: stores dukan dukaan dukaanein hatti showroom store
house: ghar makaan ghare
office: daftar dafter
address: pata patta thikana
city: shahar shehar sheher
village: gaon gaanv pind
near: paas nazdeek najdik nazdik kol
far: door dur
here: yahan yaha idhar yahaan aithe
there: wahan waha udhar othe
time: baje bajey bje samay samaye vakt waqt taim tym timing timings ghanta
hour: ghante ghanton
day: din dino dinon dinn
days: dina
week: hafta hafte haftey saptah
month: mahina mahine mahiney maheena
year: saal sal varsh baras
today: aaj aj ajj
tomorrow: kal kall bhalke
now: abhi abi ab hun-hi hune
later: baad bad-mein baadme
before: pehle pahle pehla pahla pehlan
after: ke-baad
quickly: jaldi jldi chheti turant fatafat
late: deri der dair
morning: subah subha savere saver
evening: shaam sham shaamm
night: raat rat
open: khulta khulti khulte khula khuli khulegi khulega khulna khol khole khuli-hai khulda khuldi khule
close: band bandh bnd bandd
holiday: chhutti chutti chhuti chuti tyohar tyohaar avkash chhuttiyan
sunday: itwar itvaar ravivar raviwar aitvaar etvar
monday: somwar somvar somvaar
tuesday: mangalwar mangalvar
wednesday: budhwar budhvar
thursday: guruwar guruvar brihaspativar veervar
friday: shukrawar shukravar shukrvar
saturday: shaniwar shanivar shanichar
diwali: deepavali deepawali divali
talk: baat baatcheet gal gall baatein
person: insaan insan aadmi admi vyakti banda bande vyakti shakhs manushya
people: log logon lok
human: manav
helper: saathi karmchari karamchari
call: kol calls
number: nambar numbar nambr namber
message: sandesh
complaint: shikayat shikaayat shikait sikayat complain
problem: dikkat samasya pareshani musibat mushkil diqqat taklif takleef
help: madad sahayata sahayta madat maddad
information: jaankari jankari jankaari suchna
thanks: dhanyavaad dhanyawad dhanyavad shukriya shukria meharbani dhanvaad
hello: namaste namaskar namaskaar pranam helo hallo
greetings: satsriakal sasriakal
goodbye: alvida khudahafiz tata byebye
another one: doosra-wala
again: phir fir dobara dubara dobaara phirse firse dubaara wapas-se
repeat: dohrao dohraiye dohrana
slowly: dheere dhire aaram
wait: ruko rukiye ruk intezaar intezar thehro
stop: roko rokna
thing: cheez chiz cheezein cheej vastu chij
product: utpad utpaad prodact saman samaan samaaan maal item items goods piece pieces
order: aaradar aardar arder ordar aarder ordr odar orrder
track: trek pata-lagana
status: sthiti istatus stetas haal
mobile: mobail mobaile phone fone phones mobiles smartphone
television: tv tivi teevee telivision
refrigerator: fridge frij freez phrij
washing machine: dhulai-machine
air conditioner: ac eesi
charger: chaarjar charjer
install: lagana lagwana lagvana lagaana lagaoge lagayenge lagwa fitting
installation: istalation instalation
fit: fitt
parking: paarking parkin khadi
car: gaadi gadi gaddi
bike: motorcycle
job: naukri nokri vacancy hiring career careers
less: kam kamm kum
work: kaam
apply: aavedan avedan
salary: tankhwah tankha vetan
name: naam nam nau
company: kampani kompany
business: vyapar vyapaar dhandha
wholesale: thok
many: bahut bohot bahot bhot
all: sab saare sabhi sare saari
every: har harek
some: kuch kuchh thoda thodi kujh
other: doosra dusra doosri dusri hor dooja duja
another: dusre doosre
this: ye yeh yah iska iski iske is-ka isko isse ih
that: wo woh vo voh wah uska uski uske usko us-ka usse oh-wala
these: inka inki inke
if: agar yadi je
then: tab phirr
but: lekin magar par-magar kintu
or: ya athva
with: saath sath nal naal
without: bina bagair bagyr
inside: andar ander
outside: bahar baahar
up: upar oopar
down: neeche niche
on: upar-wala
for: liye lie lai vaste waaste
about: baare bare bareme
safe: surakshit
original: asli asal genuine authentic
fake: nakli naqli
machine: mashin masheen
robot: robo machine-ho
compare: behtar behtareen
rent: kiraya kiraye kiraaya bhada
clothes: kapde kapda kapdey
game: khel
move: shift shifted
extend: badhao badhwani badhana badha
empty: khali khaali
hundred: sau
thousand: hazaar hazar
lakh: laakh
fifty: pachas pachaas
ten: das
branch: shakha
dog: kutta
head: sir-dard
pain: dard
lift: lift
toilet: shauchalay
smell: badbu
market: bazaar bazar
child: bachcha bachche bacche
mother: maa
father: papa pitaji
wife: patni biwi
husband: pati
friend: dost
colour: rang
size: naap
weight: wajan vajan
height: unchai
speed: raftaar
young: jawan
old age: umar umr
film: picture philm
bus: bas-stand
sim: sim-card
recharge: richarge
insurance: beema bima
government: sarkar sarkaar
police: pulis
hospital: aspatal haspatal
school: vidyalay
learn: seekhna sikhna
cook: pakana
eat: khao
drink: peena
sleep: sona-hai
gold: sona sone
silver: chandi
vegetable: sabzi sabji
milk: doodh dudh
tea: chai
speak: bolte bolti bolta boldi bolda
language: bhasha zubaan
hindi: hindee
english: angrezi angreji inglish
punjabi: panjabi
check: chek jaanch janch
write: likhna likho
read: padhna padho
put: dalna daalna dalo rakhna
remove: hatao hatana nikalo
keep: rakho
bring: lao laana lana laiye
pick up: uthana uthao uthayega uthaoge uthane
leave: chhodo chhodna
start: shuru shuroo chalu chaalu
end: khatam khatm samapt
finish: poora pura puri
connect: jodo jodiye jod jodna milao milaiye milado
order placed: mangaya mangwaya mangvaya manga mangaaya mangayi mangwayi mangaye
order now: mangwana mangana mangwaun mangaun
enough: kaafi kafi
only: sirf keval kewal
also: saathhi
possible: mumkin sambhav
must: zaroori jaruri zaruri jaroori
paper: kagaz kaagaz kagaj
document: dastavez dastavej
photo: tasveer tasvir foto
box: dabba dibba daba dabbe
packing: paiking peking
seal: sil
gift: tohfa uphar
customer: grahak graahak
owner: maalik malik
staff: kaamgar
food: khana khaana roti
weather: mausam mosam
rain: baarish barish
song: gaana gana geet
news: khabar samachar
cricket: kriket
doctor: daktar vaidya
medicine: dawai dawa davai
bank: baink
loan: karz karza udhaar udhar
ticket: tikat tikit
train: rail railgaadi gaddi-rail
plane: hawai jahaz jahaaz
hotel: hotal
water: paani pani
electricity: bijli bijlee
gas: gais
love: pyaar pyar mohabbat
marriage: shaadi shadi vivah
god: bhagwan rab
"""


VERBS = """
do: kar karwa karva
give: de d
take: le l
go: ja jaa
come: aa
get: mil
say: bol kah
tell: bata
run: chal chala
keep: rakh
see: dekh dikh
send: bhej bhijwa
open: khol khul
change: badal badalwa
return: lauta lautwa
buy: kharid khareed
sell: bech
cost: lag
reach: pahunch pahuch
is: ho rah reh
can: sak
want: chah
ask: pooch poochh puchh
show: dikha
stop: rok ruk
understand: samajh samjh
listen: sun
connect: jod jud
remove: hata
pick up: utha uthwa
order placed: manga mangwa
install: lagwa
cancel: radd-kar
know: jaan
find: dhoondh dhundh
speak: baat-kar
"""
"""Stems; every ending below is put to each. An entry of LINES wins."""

_ENGLISH = frozenset("late lane date data mile sake bolt kate laga take made same name like give rake lake".split())
"""English words that look like one of these forms."""

_ENDINGS = (
    "na ne ni ta te ti a e i o iye iyega unga ungi un oon oonga oongi enge engi ega egi oge ogi kar ke ana ane ani aya aye ayi"
    " aao yega yegi yenge ye yi ya ogaa ungaa rahe raha rahi kta iega ao aiye aiyega aunga ayenge ayega ata ate ati"
).split()


def _parse(lines: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for line in lines.strip().splitlines():
        english, _, hinglish = line.partition(":")
        for word in hinglish.split():
            words.setdefault(word.replace("-", " "), english.removeprefix("-"))
    return words


def _conjugated(verbs: str) -> dict[str, str]:
    forms: dict[str, str] = {}
    for stem, english in _parse(verbs).items():
        for ending in _ENDINGS:
            if len(stem + ending) > 3 and stem + ending not in _ENGLISH:
                forms.setdefault(stem + ending, english)
    return forms


HINGLISH: dict[str, str] = _conjugated(VERBS) | _parse(LINES)
"""Hinglish word -> English; the empty string: leave it out."""
