"""Hinglish words as English ones: what a question must be put through before an English model can compare it.

One line per English word or phrase, then the Hindi and Punjabi words (and their usual spellings) that mean it. A line that
begins with `-` holds words that carry nothing. Measured on Hinglish-TOP: hit@1 0.54 -> 0.74 with such a list.
"""

from brain.knowledge import vocabulary
from brain.knowledge.verbs import conjugated

LINES = """
-: ka ki ke ko kaa kii ne ji na naa toh to hi bhi bhee par pe da di de nu ve vich mein me mai haan han ok okay achha acha
-: accha matlab please plz kripya krupya zara jara yaar bhai bhaiya sir madam maam umm uh hmm arre are suno suniye dekho
-: men dekhiye toh-bhi ya-phir na-ji sahab saab sahib jee-han jee-haan haan-jee waise vaise asal-mein actually basically
-: nun tha thi the rahega rahegi wala wali wale vala vali vale waala waali waale jo so ek oi hun ne eh apan unka unke unki us
is: rehta rehti rehte rahta rahti rahte raho hai he hain hei hoon hu ho hogi hoga honge hunda hundi hunde hota hoti hote haii hein
is: h
my: mera meri mere mero apna apni apne hamara hamari hamare saada sadda
your: aapka aapki aapke tumhara tumhari tera teri tussi tuhada tuhadi tuhade
i: maine mainne main mujhe mujhko mereko hum humein hame hamein humko mainu sanu
what: kya kyaa kia ki-gall kya-kya kyaa-kyaa
how: tarika tareeka tarike tareeke kaise kaisey kese kaisa kaisi kiven kidda
how much: kitna kitni kitne kitney kinna kinni kinne
where: kahan kaha kahaan kidhar kithe kitthe kahin
when: kab kabtak kadon kado kab-tak kis-time kis-samay kitne-baje kitne-bajey kitne-vaje kinne-vaje kis-din kitne-bajhe kab-kab
how long: kitnetime kitna-time kitna-samay kitni-der kitna-waqt kitna-tym kitna-taim
why: kyu kyun kyon kyo kyoon kis-liye kisliye
who: kaun kon kisne kisko kaunhai kis-se kisse
which: kis kaunsa konsa kaunsi konsi kaunse konse kaun-sa kaun-si kaun-se kon-sa kon-si kon-se kaun-kaun kaun-kaun-si kaun-kaun-se
which: kis-kis
from: se sey toh-lai ton
until: tak takk
and: aur or ate te evam
not: nahi nahin nai nahee nhi nehi mat nahin-hai nahi-hai nhin nahii na-ho
no: nahin-ji nope naa-ji
yes: haanji haji jihaan hanji
can: sakta sakte sakti sakda sakde sakdi saku sakun sakoon sake sakenge saktaa
-: raha rahi rahe
done: hua hui hue hogaya gaya gayi gaye ho-gaya ho-gayi ho-gaye hochuka chuka chuki chuke gaey
want: chahiye chahie chaiye chahiyen chahida chaida chahta chahti chahte
will have to: padega padenge padegi padta padti
get: prapt paunga paana paa
sell: bechte bechta bechti bechna bikta
delivery: dilivery delivry delivari dilivari deliveri pahunchana
deliver: dilever ship shipping shipped
cash on delivery: cod
tell: dasso bta btao btaiye btado
need: zaroorat jarurat zarurat jaroorat lod
know: pata-nahin pata-hai pata-karna maloom janna jaanna malum
pay: bhugtan chukana chukaun adaa
payment: paiment pement bhugtaan payments
money: paisa paise paisey paisaa paissa rupaya rupaye rupees rupee rupaiye paiso
price: bhav bhaav daam keemat kimat qeemat dam rate mulya
cost: kharcha kharch lagat paise-lagenge paise-lagte paise-lagega paisa-lagega paise-lagta kitna-lagega kitne-lagenge kitna-lagta
cost: kitna-padega kitne-padenge kitna-loge kitne-loge
cheap: sasta sasti saste
expensive: mehnga mehenga mahanga mahenga
free: muft mufat muftt
charge: charges charj chaarj
extra: alag-se zyada jyada ziada
discount: chhoot choot chhut riyayat
offer: ofar sale
cash: nakad naqad cashh
instalment: kist kisht kishton kiston kishte kiste installment installments instalments emi
without interest: bina-byaaj
interest: byaj byaaj biaj sood
card: kaard
return: wapas vapas vaapas waapas wapis vapis lotana wapsi vapsi waapsi
return: moodna retarn ritarn
refund: paise-wapas paisa-wapas paisay-wapas fees-wapas rifund refand riffund rifand riffand paise-lauta paisa-lauta paisa-lautega
refund: paise-lautaoge
exchange: eksachange exchenj ekschenj
change: badlaav badlav parivartan
cancel: radd rad cancil kansal cansal cancell kainsal
cancellation: raddikaran
broken: toota tuta tooti tuti toote tute tut toot tootgaya phoota phuta phooti foota
broken: tooti-hui kharab kharaab tootahua khrab
damaged: damage damej
defective: khami kharabi kharaabi nuks
repair: marammat marmat sudhar ripair ripeyar riper
fix: theek-kar theek-karna theek-karwana theek-karne theek-karwane theek-karte theek-karke theek-karoge theek-karwa thik-karna
fix: theek-karwaun
fine: theek thik thek theek-hai thik-hai
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
invoice: bil bill bills beejak receipt rasid raseed raseeden
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
time: baje bajey bje samay samaye vakt waqt taim tym timing timings vaje bajhe samai
hour: ghante ghanton ghanta ghantey ghanto ghantaa
day: din dino dinon dinn
days: dina
week: hafta hafte haftey saptah
month: mahina mahine mahiney maheena
year: saal sal varsh baras
today: aaj aj ajj
tomorrow: kal kall bhalke
now: abhi abi ab hun-hi hune
later: baad bad-mein baadme
before: pehle pahle pehlan se-pehle se-pahle
after: ke-baad
quickly: jaldi jldi chheti turant fatafat
late: deri der dair
morning: subah subha savere saver subeh sabere
evening: shaam sham shaamm shyam
night: raat rat
open: khula khuli khule khullhi khulhi khulli khulhadi khuldi
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
person: insaan insan aadmi admi vyakti banda bande shakhs manushya bandey
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
thing: cheez chiz cheezein cheej vastu chij
product: utpad utpaad prodact saman samaan samaaan maal item items goods piece pieces
order: aaradar aardar arder ordar aarder ordr odar orrder
track: trek pata-lagana
status: sthiti istatus stetas haal
mobile: mobail mobaile mobiles
phone: fon fone phones
phonepe: phone-pe
google pay: gpay gpe googlepay
television: tv tivi teevee telivision
refrigerator: fridge frij freez phrij
washing machine: dhulai-machine
air conditioner: ac eesi
charger: chaarjar charjer
install: fitting lagwana lagvana
installation: istalation instalation
fit: fitt
parking: paarking parkin khadi
car: gaadi gadi gaddi
bike: motorcycle
job: naukri nokri vacancy hiring naukari nokari
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
other: doosra dusra doosri dusri hor dooja duja doosre dusre doosare
this: ye yeh yah iska iski iske is-ka isko isse ih
that: wo woh vo voh wah uska uski uske usko us-ka usse oh-wala
these: inka inki inke
if: agar yadi je
then: tab phirr
but: lekin magar par-magar kintu
or: ya athva
with: saath sath nal naal
without: bina bagair bagyr
inside: andar ander andr bheetar ke-andar
outside: bahar baahar
up: upar oopar
down: neeche niche
on: upar-wala
for: liye lie lai vaste waaste ke-liye ke-lie liya-ke keliye ke-vaste ke-waaste
about: baare bareme ke-baare
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
extend: badhao badhwani badhana badha badhani badhwana badhane badhaye
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
child: bachcha bachche bacche bacha bachchi bachchey bachhe
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
hospital: aspatal haspatal hasapatal
emergency: aimarajainsi imarjensi emarjensi
camp: kainp kaimp shivir
school: vidyalay
gold: sona sone
silver: chandi
vegetable: sabzi sabji
milk: doodh dudh
tea: chai
language: bhasha zubaan
hindi: hindee
english: angrezi angreji inglish
punjabi: panjabi
check: chek
start: shuru shuroo chalu chaalu shuruaat shuruat
end: khatam khatm samapt
finish: poora pura puri
connect: milao milaiye milado
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
you: aap aapne aapko tum tumne aapse tumko aap-log tum-log
what say: kya-kaha kya-bola
want leave: chhutti-chahiye chhutti-leni chhuti-chahiye chhutti-lena
missed: chhoot-gayi chhoot-gaya chhut-gayi chhut-gaya
slip: parchi parcha parche parchee
prescription: doctor-ki-parchi daktar-ki-parchi doctor-ka-parcha
like: pasand psand
most: sabse sabsey
ahead: aage agey
delhi: dilli
voice: awaaz aawaz awaz
good: achhe achhi acche acchi ache achi
no need: zaroorat-nahin jarurat-nahin
rate: ret
course: kors kaurs
class: klaas klas
online: onlain onalain aanlain
doubt: daut
x ray: eksre eksare
photo: khichwani
hungry: bhookha-rehna
not able: nahin-chal chal-nahin
seventy: sattar
eighty: assi
arrived: aa-gaya aa-gayi aa-gaye aagaya aagayi aagaye aa-gya pahunch-gaya pahunch-gayi
can not hear: sunai-nahin sunai-nahi awaaz-nahin awaz-nahin aawaz-nahin
hear: sunai
another: kisi-aur koi-aur kuchh-aur kuch-aur doosra-koi
how long wait: kitna-intezaar kitna-intezar kitni-der-ruk
cost some: kuchh-lagega kuch-lagega kuchh-lagta kuch-paisa
after: ke-baad ke-bad
this: ismein isme iss isey ise
that: usmein usme uss usey use-wala
i: muje mujhse humse hum-log hamko
in it: ismein
like: jaisi-wali
near: pas ke-paas aas aas-paas
who: kisi-ka-kaun
some: koi-bhi
26: chhabbis
near you: aapke-paas aapke-yahan aapke-yaha
near me: mere-paas
"""


def _parse(lines: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for line in lines.strip().splitlines():
        english, _, hinglish = line.partition(":")
        for word in hinglish.split():
            words.setdefault(word.replace("-", " "), english.removeprefix("-"))
    return words


_WORDS = _parse(vocabulary.LINES) | _parse(LINES)

HINGLISH: dict[str, str] = conjugated() | _WORDS
"""Hinglish word, or two or three, -> English; the empty string: leave it out."""

LISTED = frozenset(_WORDS)
"""Those that are no verb's form."""

LONGEST = max(len(words.split()) for words in HINGLISH)
"""Words in the longest entry."""
