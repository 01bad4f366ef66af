"""Hindi and Punjabi verbs in all their forms: "bhejna bhejta bhejunga bhejiye bhejke bhejwana …" -> "send". ◆

One line per English verb, then the stems that mean it, in the spellings people use.
"""

VERBS = """
install: laga lagwa lagva lgwa
show: dikha dikhwa dikhla
teach: padha parha padhwa sikha seekha sikhla
change: badla badal badalwa badalva
explain: samjha
return: lauta laut lautwa lota moda
reach: pahunch pahuch pahuncha pohanch pohoch paunch puhunch pahucha
go: ja jaa chal
come: aa aaja
bring: laa
do: kar karwa karva kara kr
give: de dedi dila dilwa dey
take: le lag lela ley
get: mil mill milwa paa pay
say: bol kah keh
tell: bata btaa bta batla
keep: rakh rakhwa
see: dekh dikh
send: bhej bhijwa bhijva bhejwa bej
open: khol khul khulwa
buy: kharid khareed kharidwa
sell: bech bik
is: ho rah reh
can: sak
want: chah
ask: pooch poochh puchh puch
stop: rok ruk
understand: samajh samjh
listen: sun
connect: jod jud judwa jodwa
remove: hata nikal nikalwa nikaal hatwa
pick up: utha uthwa
put: dal daal
fill: bhar bharwa
admit: dalwa
order: manga mangwa mangva
know: jaan
find: dhoondh dhundh dhoond dhund khoj
speak: bolwa
write: likh likhwa likhva
study: padh parh
learn: seekh sikh
leave: chhod chod chhor
miss: chhoot chhut chhoota
sit: baith bait baitha
feed: khila
eat: kha
drink: pi pee
cook: paka
become: bane
make: bana banwa banva ban
run: daud
play: khel
wash: dho dhulwa
cut: kaat kat katwa
fall: gir
break: tod tut toot
lose: kho khoya gum
burn: jal
turn on: jala
wake up: jag jaga
wait: thahar thehr
call: bula bulwa
recognise: pahchan pehchan
believe: maan
choose: chun
hurt: dukh
forget: bhool bhul
grow: badh
reduce: ghata
pack: baandh
pay: chuka
wear: pahan pehan
think: soch
save: bacha
"""

_WORDS = """
take: le lo lun loon loonga lunga lungi loongi lenge legi lega loge logi liya liye li lijiye lijie lijiyega leke lekar lene lena
take: leni
give: de dun doon dunga doonga dungi doongi denge dega degi doge dogi diya diye dijiye dijie dijiyega dekar dena dene deni dete
give: deta
give: deti
come: aa aao aana aane aani aata aati aate aaya aayi aaye aayega aayegi aayenge
go: ja jaa jao gaya gayi gaye gya gyi
do: kiya kiye kijiye kijie kijiyega ki-hai ki-thi karo karna
bring: lana lani lata laya laye layi laiye lao laun laoge laenge layenge lake laakar
"""

_AFTER_CONSONANT = (
    "na ne ni nee ta te ti tee da di a e i ee o u oon un um oonga oongi unga ungi ega egi enge engi oge ogi iye iyega iega"
    "  ie iyo kar ke ey en ein einge ani ane ana ata ate ati aya aye ayi ai ao aiye aiyega aunga aungi aoge ayega ayegi ayenge"
    " aega"
    "  aenge waya waye wayi vaya rahe raha rahi dega denge dunga doonga do dijiye dena diya diye lo lena liya gaya gayi gaye"
    " jayega"
    " jayegi jayenge sakta sakte sakti"
).split()
_AFTER_VOWEL = (
    " na ne ni nee ta te ti tee nda ndi nde da di o u oon un oonga oongi unga ungi ega egi enge engi oge ogi yega yegi yenge"
    " ye yi ya iye iyega"
    " yiye yie ie i e en ein yen yein kar ke ey ogey raha rahe rahi kta gaya gayi gaye jayega jayegi jayenge dijiye do dena diya"
    " sakta sakte sakti wana wane wata wate wao wayenge va"
).split()

ENGLISH_WORDS = frozenset(
    " bike lee leo dna honda dana ava katie dee karen jake kat mar late lane date data mile bolt kate laga made same name like"
    " rake lake land done lose mare male pane pain pale mate bake june dunes"
    " dead deed deny die died dies lie liked lied are ate ane ana sole sore sold bolt pita pile pike pipe pie pick pine pink tone"
    " chain chair chalk dialog dike dine dive den dent deal lea lead leaf lean led lend lens let lay laid land lad bane band bare"
    " jaw join jug jan java hole home hope host hot hour how hoe hold reno rent rest ride rice rich ring rise rope role rock roll"
    " sun sunday sung sunk soda sofa soil solo son soon soul soup sour does dog dot dove down tod toe ton took tool top tour"
    " paid pay pan park part pack page palm pant papa para pass past path puke pin pint pit pile milk mill mild mine mini mint"
    " call came care cash cat cut chap chat china chip coke sell send sent seen see set aid aim air ale all also any ape aye"
    " lag lagged lane last law jail jam jar gain gem girl give marry march mark market mars marker mari maria marie marine"
    " kit kite kid kind king pool poor poke book books books booked budget burn bye bent beg bench butt bat base puch pooch"
    "  tut tutor toot tooth toast today judge judi judo june junk khan khaki so some ruin rule run rung rug rum root road roof"
    " room"
    " chun chuck chute jag jagger jala dukes gum gums bahar kata katy kaiser kali dal dale dalton daily dali badge bade baden"
    " bank banks bane ban banana banner bara lata lakh lada latin dela delay della depot della sone sake sung salon saki sen"
    " chahar puja janet jane jana janu paused pal pander panel panda paul put pool party mind minds mean".split()
)
"""Words that are something else when an English sentence has them, and hardly ever these forms."""


def conjugated(verbs: str = VERBS) -> dict[str, str]:
    """Form -> English, of every stem in every ending that its last sound takes."""
    forms = {word.replace("-", " "): english for english, words in _lines(_WORDS) for word in words}
    for english, stems in _lines(verbs):
        for stem in stems:
            for ending in _AFTER_VOWEL if stem[-1] in "aeiou" else _AFTER_CONSONANT:
                form = stem.replace("-", " ") + ending
                if len(form) > 2 and form not in ENGLISH_WORDS:
                    forms.setdefault(form, english)
            if len(stem) > 2 and stem not in ENGLISH_WORDS:
                forms.setdefault(stem.replace("-", " "), english)
    return forms


def _lines(text: str) -> list[tuple[str, list[str]]]:
    parts = (line.partition(": ") for line in text.strip().splitlines())
    return [(english, words.split()) for english, _, words in parts]


MEANINGS = frozenset(english for english, _ in _lines(VERBS) + _lines(_WORDS))
"""The English of all of them."""
