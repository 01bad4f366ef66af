"""Things people telephone about, in Hinglish: home, body, school, money, travel. Lines as in hinglish.py, which comes first. ◆"""

LINES = """
place: jagah jagha jageh jgah sthan sthaan thaan jaga
side: taraf tarf oar
opposite: saamne samne samney
behind: peeche piche peechhe pichhe
between: beech bich beechme
floor: manzil manjil tal
road: sadak rasta raasta raaste raste marg
area: ilaka ilaaka ilake ilaakon ilakon kshetra mohalla muhalla
building: imarat bhavan
room: kamra kamre kamron
door: darwaza darvaza darwaze
stairs: seedhi seedhiyan sidhi sidhiyan seedhiyon
facility: suvidha suvidhaa suvidhayen subidha sahulat
arrangement: intezam intzam intejam bandobast prabandh vyavastha vyawastha
stay: rehne rehna rahna rahne thaharna thehrna thehrne rukna rukne
straight: seedhe seedha sidhe sidha
way: raah
turn: mudna modna
far: dooriyan doori duri
centre: kendra kender sentar senter
institute: sansthan sanstha
neighbour: padosi parosi
reception: risepshan
body: sharir shareer jism deh badan
blood: khoon khun rakt lahu
urine: peshab pishab mutra
stomach: pet pait udar
head: sar sir-ka sar-ka sir-mein
eye: aankh aankhen aankhein aankhon ankh
ear: kaan
nose: naak
tooth: daant dant daanton
hair: baal
hand: haath hath haathon
foot: pair paer pairon taang
knee: ghutna ghutne ghutnon
back: kamar peeth kamr
chest: chhati chaati chati seena sine
heart: dil hriday hirday
bone: haddi haddiyan hadi
skin: chamdi twacha tvacha chamri
throat: gala gale
brain: dimaag dimag
kidney: gurda gurde
liver: jigar kaleja
fever: bukhar bukhaar taap
cough: khansi khaansi
cold: sardi zukam jukam zukaam thand thanda thandi
ill: bimar beemar bimaar beemaar bimari beemari tabiyat-kharab tabiyat tabyat
patient: mareez mariz marij marizon rogi
vomit: ulti
dizzy: chakkar chakar
weakness: kamzori kamjori
sugar: shakkar cheeni chini shugar madhumeh
injection: sui suee teeka-wala
vaccine: teeka tika teeke tike teekakaran tikakaran
tablet: goli goliyan goliyaan
treatment: ilaaj ilaj upchar
operation: oparation aapreshan
test: jaanch janch jaanchein janchen parikshan
examination: pariksha imtihan imtehan
result: nateeja natija parinam parinaam rizalt rijalt
report: riport raport riporat ripot
prescription: purja
pregnant: garbhvati garbhwati garbh-wati pet-se
woman: mahila mahilaon aurat auraton stri
women: ladies zanana
girl: ladki ladkiyan ladkiyon kudi kudiyan
boy: ladka ladke ladkon munda munde
daughter: beti betiyan betiyon dhee bitiya
son: beta bete beton puttar
baby: shishu navjat
children: bachchon bacchon bachon bachhe bachon baccho bachiaan bachian bache
brother: bhaiyya veer
sister: behen behan bahan
grandfather: dada nana dadaji nanaji
grandmother: dadi nani dadiji
old people: buzurg bujurg buzurgon bujurgon budhe buddhe vriddh boodhe
parents: mata-pita maa-baap abhibhavak walidain
family: parivar pariwar ghar-wale
guest: mehmaan mehman
hungry: bhookha bhukha bhookhe bhukhe bhookhi bhukhi
empty stomach: khali-pet khaali-pet bhookhe-pet
breakfast: nashta naashta
eat: kha khakar
vegetarian: shakahari
tasty: swadisht
sleep: neend nind
bath: nahana nahaana
clean: saaf saf safai
dirty: gandi gande
smoke: dhuan
sample: sempal saimpal saimpul
container: sheeshi shishi dibba
machine: yantra
light: batti roshni
fan: pankha pankhe
glass: kaanch kanch sheesha shisha
iron: loha
wood: lakdi
washing machine: vaashing-mashin
chair: kursi
bed: palang bistar khaat
wheel: pahiya
book: kitab kitaab kitaben kitabein kitabon pustak pustaken
notes: nots
study: padhai padhayi parhai padhaai padai padh padhna padhne padhni padhta padhte padhti padhein padhenge padhega parhna parhne
teach: padhana padhane padhani padhata padhate padhati padhaya padhayenge padhaate padhao padhaoge padha-rahe padhaye
teach: sikhana sikhane sikhate sikhata sikhati sikhaya sikhayenge sikhaoge sikhao sikhaate
learn: seekhne seekhni seekh sikhni sikhne seekhta sikh
teacher: adhyapak shikshak guruji teachar ticher ustad masterji
student: chhatra chatra vidyarthi chhatraon studant
class: kaksha kalas klass kalaas
classes: kakshayen kakshaen
eighth class: aathvi aathvin athvi aathween
ninth class: nauvi nauvin navin naumi nauwin
tenth class: dasvi dasvin dasvee daswi daswin dasveen
eleventh class: gyarahvi gyarvi gyarahvin
twelfth class: barahvi baarahvi barvi barahvin baarvi
seventh class: saatvi satvi saatvin satvin
sixth class: chhathi
fifth class: paanchvi panchvi
marks: ank nambaron
percent: pratishat feesdi
question: sawal sawaal savaal prashn prashan
answer: jawab javab jawaab uttar
preparation: taiyari tayari taiyyari tayyari tayaari tyari
ready: taiyar taiyaar tayyar tayar
admission: dakhila daakhila dakhile daakhile dakhla admishan edmishan pravesh
form: faram
fees: fis phees phis fiis shulk fee
language: boli
attendance: hazri haazri haziri upasthiti hajri
absent: gairhaazir
clever: hoshiyar hoshiar tez medhavi
selected: chayan chuna
advice: salah salaah sujhav mashwara raay
rule: niyam niyamon kanoon
permission: ijazat izazat anumati
allowed: anumat
not allowed: mana manaa
leave: avkaash chhuti
discipline: anushasan
poor: gareeb garib
good student: topper toppar
game: khelkood khel-kood kheel
bus: bas-seva
vehicle: vahan vaahan
driver: chalak draivar
scooter: skutar scooty
tyre: taayar
money: rakam raqam paisey paison pese pesa dhan rupayon rupya
amount: raashi
cost: kharche padta
extra: atirikt upari
half: aadha aadhe adha aadhi
full: poore poori pure
whole: samast sampoorn
part: hissa hisse bhag
deposit: jama jamaa
account: khata khaata khate
withdraw: nikalwana
cut: kat kata kate kati kaat kaatna kaata
debt: udhari
tax: tax-wala
rich: ameer amir
income: kamai aamdani aay
benefit: fayda faayda laabh labh
loss: nuksan nuksaan ghata
owner: seth sethji
customer: graahakon grahakon
worker: mazdoor majdoor mistri mistry kaarigar karigar naukar kaamwali
manager: mainejar prabandhak
officer: adhikari afsar
engineer: injiniyar
lawyer: vakeel vakil
experience: anubhav tajurba
trust: bharosa bharose vishwas vishvas yakeen yakin
certified: pramanit manyata
government: sarkari
quality: gunvatta kwality
truth: sach sachch
lie: jhooth jhuth
proof: saboot praman
reason: wajah vajah karan wajha
rude: badtameezi badtamiji badtamizi batameezi
behaviour: vyavhaar vyavhar bartav behave
angry: naraaz naraz gussa
happy: khush khushi
sad: dukhi udaas
satisfied: santusht
pleasure: maza majaa
fear: dar darr
danger: khatra khatarnak
strong: mazboot majboot
weak: kamzor kamjor
heavy: bhari bhaari
light weight: halka halki
long: lamba lambi lambe
short: chhotaa
wide: chaudi chauda
tall: ooncha uncha oonchi
hot: garam garm garmi
quick: tezi tej
slow: dheema dheemi dhima
easy: aasan asan aasaan
difficult: mushkilon kathin
necessary: anivarya lazmi
important: mahatvapurn
different: alag alagg judaa
same: wahi wohi vahi wahin ek-jaisa barabar
many: dher kaafi-saare
more: aur-bhi adhik
most: sabse-zyada sabse
less: kam-se kamtar
first: prathm
last: aakhri akhri aakhiri akhiri antim
next: agla agle agli
previous: pichhla pichhle pichhli pichla pichle pichli
date: tareekh tarikh taareekh tareek dinank
age: umra
day before: parso parson
night: raatri
noon: dopahar dopaher dupahar dopehar dupehar
daily: roz roj rozana har-roz
weekly: haftewaar
always: hamesha
never: kabhi-nahin
sometimes: kabhi-kabhi
ever: kabhi
till now: abtak ab-tak abhi-tak
midnight: aadhi-raat
one: ik
two: dono
three: teen tin
four: chaar char
five: paanch panch
six: chhe chheh chhah
seven: saat
eight: aath
nine: nau
eleven: gyarah gyara
twelve: barah baarah
fifteen: pandrah pandra
twenty: bees
twenty four: chaubees chaubis
twenty five: pachees pachis
thirty: tees
forty: chaalees chalis
sixty: saath-saal
ninety: nabbe
once: ek-baar
twice: do-baar
times: baar bari
second: doosari sekand
third: teesra teesri
new: nayaa naye-wale
something: kuchh-bhi kuch-bhi
someone: koi-aadmi kisi koi-insaan
any: koi
nothing: kuchh-nahin kuch-nahin kuch-nahi
everything: sab-kuchh sab-kuch
self: khud svayam
alone: akela akele akeli
together: ek-saath ikatthe ikattha
like: jaise jaisa jaisi tarah
because: kyonki kyunki
even: yahan-tak
still: phir-bhi fir-bhi
outside city: baahar-se bahar-se
inch: inchi
cloth: kapda-wapda
shoes: joote jute chappal
jewellery: gehne gahne zevar
soap: sabun saabun
furniture: farnichar
house work: jhadu
cow: gaay gai
cat: billi
tree: ped
flower: phool
sun: suraj dhoop
wind: hawa
storm: toofan aandhi
flood: baadh
war: yuddh ladai
king: raja
country: desh
world: duniya
president: rashtrapati
prime minister: pradhanmantri pradhan-mantri
minister: mantri
election: chunav
party: daavat davat
festival: tyohaaron parv tyohar-par
prayer: pooja puja
temple: mandir
story: kahani kahaani katha
joke: chutkula chutkule
poem: kavita shayari
dream: sapna sapne
recipe: vidhi
rice: chawal chaval
bread: chapati
potato: aloo aalu
sweet: mithai meetha
-: mei m k hee ho-na dwara jab jis jisse jiske jisko jo-bhi den dein yani yaani na-haan oor tumhe apko ap unhe
i: mene maine-hi hume mujhko-hi mje
you: ap
your: apka apki apke apna-wala aapki-wali
what: kiya ky kyaa-hai
why: ku kyu-ki kiu
when: kb kab-se-kab
where: kidher kahaa kaha-pe kaha-par kahan-pe kahan-par
how: kesa kese kesi kaise-kaise
how much: ktna ktni ktne kitnaa kitni-kitni
is: hein haiga haigi hoti-hai rha rhi rhe
done: hogya hogyi huye huwe hogye
change: badlo badlein badle badlen badlna badlwana badalva
remind: yaad yad
play: bajao bajaye bajaiye bajana
song: gaane gaaney ganey sangeet
snow: barf
rubbish: kachra kachara
remaining: baaki bakhi baki bacha-hua
hope: ummeed umeed
use: istemaal istemal upyog prayog
go: jaaon jaonga jaunga-main lejaane
some: thode kuch-na-kuch
such: aisa aise aisi
inform: ittila khabar-karna suchit
trip: safar yatra
pain: dard-ho dukhta
doctor: dr
certificate: praman-patra praman
post: dak daak
signature: hastakshar dastakhat
photo copy: fotokopi xerox
address: thikaana jagah-ka-pata
route: rasta-bata
bus stand: bas-adda
railway station: steshan tesan
minute: minat minit minute-mein
week: saptaah hafton-mein haftey-mein
fortnight: pakhwada
date of birth: janmdin janam-tareekh
birthday: janamdin
relative: rishtedaar rishtedar
wedding: byah
carry: uthakar
empty: khaali-hai
quiet: shant
beautiful: sundar khubsurat khoobsurat
cheaper: sasta-wala aur-sasta
best: sabse-achha sabse-accha sabse-acha sabse-badhiya sarvottam
which one: kaun-wala
bigger: aur-bada isse-bada
half hour: aadha-ghanta aadhe-ghante
soon: jald jaldi-se
complete: mukammal
sure: pakka zaroor-se
correct answer: sahi-jawab
not working: kaam-nahin-kar kaam-nahi-kar nahin-chal-raha nahi-chal-raha nahin-chal-rahi nahi-chal-rahi chalu-nahin
not received: nahin-mila nahi-mila nahin-mili nahi-mili nahin-mile nahi-mile nahin-pahuncha nahi-pahuncha
not come: nahin-aaya nahi-aaya nahin-aayi nahi-aayi nahin-aaye nahi-aaye
not like: pasand-nahin pasand-nahi
not want: nahin-chahiye nahi-chahiye nahi-chaiye
do not know: pata-nahi nahin-pata nahi-pata
do not understand: samajh-nahin samajh-nahi samajh-mein-nahin
pay: fees-bharni fees-bharna fees-bhar paise-bharne bill-bharna fees-jama paise-jama paisa-jama fees-deni fees-de
instead of: ki-jagah ke-badle ke-bajay
everywhere: har-jagah
job: kaam-chahiye kaam-milega kaam-dhoondh kaam-mil
meet: mil-sakte mil-sakta mil-sakti milna-hai milne-aana milne-aa se-milna
saturday: shani
sunday: ravi
old: kabaad kabadi
so much: itna itni itne
pure: shudh shuddh
accepted: maani manya maanya
fell down: gir-gaya gir-gayi
came out: nikla nikli nikle
how far: kitni-door kitna-door kitni-dur
bathroom: latrine
mathematics: math maths ganit
who listens: koi-sunta
mind changed: man-badal
same day: aaj-hi usi-din
bring back: le-aana
take away: le-jaana le-jao le-jayega le-jayenge le-jate le-jaoge le-jaate
"""
