"""Questions that people put to any shop's telephone and that no knowledge of a shop answers. ◆

They stand among the site's own questions, so that a question far from all of those has something nearer to be like, and the
recogniser has words for it. What matches them is not known: the caller hears so. A site's own fact on such a thing is nearer.
"""

from core.sites import Language

ELSEWHERE = "elsewhere"

UTTERANCES: dict[Language, tuple[str, ...]] = {
    "hi-Latn": (
        "aaj barish hogi kya", "bahar kitni garmi hai", "match ka score kya hai", "koi chutkula sunaiye",
        "kahani sunao", "gaana bajao", "bus kitne baje jaati hai", "hotel ka kamra chahiye",
        "hawai jahaz ka ticket chahiye", "ghar ka loan chahiye", "beema karwana hai", "petrol ka daam kya hai",
        "sabzi ka bhav kya hai", "dollar ka rate kya hai", "mujhe bukhar hai", "dawai kaun si leni chahiye",
        "school mein admission kaise hoga", "passport kaise banega", "pani ka bill bharna hai",
        "mobile recharge karna hai", "internet nahin chal raha", "password bhool gaya hoon",
        "pradhan mantri kaun hai", "chunav kab hai", "meri shaadi kab hogi", "khana kahan milega",
        "chai milti hai kya", "kapde milte hain kya", "joote bechte ho kya", "kitabein milti hain kya",
        "kiraye par milega kya", "aapki aur kitni branch hai", "aapka maalik kaun hai", "aapki kamai kitni hai",
        "kitne log kaam karte hain", "kaun sa phone sabse achha hai", "in dono mein se kaun sa behtar hai",
        "camera kaisa hai", "battery kitni der chalti hai", "bijli kitni khata hai", "isme kitni memory hai",
        "size kitna hai", "kitna bhaari hai", "kaun sa rang milega", "ye kaise chalate hain",
        "bachche saath la sakte hain kya", "lift hai kya", "baithne ki jagah hai kya",
        "dukan mein khana milta hai kya", "abhi kitne baje hain", "yeh jagah bikau hai kya",
        "aapke saath hissedari karni hai", "company kab shuru hui thi", "aapki machine kitni purani hai",
        "kya lena chahiye mujhe", "ghar par khud kaise theek karun", "mera phone bahut dheere chal raha hai",
        "mera account hack ho gaya", "kya isse nuksan hota hai", "kya yeh khatarnak hai",
        "mera bachcha baat nahin sunta", "sir dard ki dawai bataiye", "kya khana chahiye is bimari mein",
        "ambulance bhej dijiye", "police ko bulaiye", "kaun sa college achha hai",
        "pariksha ka form kaise bharna hai", "exam ki tareekh kab hai", "gaadi chalana sikhate ho kya",
        "naach gaana sikhate ho kya", "ghar aakar padhate ho kya", "nal theek karwana hai",
        "sabun aur kapde milte hain kya", "ghar saaf karwana hai", "rashifal bataiye", "kavita sunaiye",
        "do aur do kitne hote hain", "bharat ki rajdhani kya hai", "aap kitna kamate ho", "photo khichwani hai",
        "wifi ka password kya hai",
    ),
    "en": (
        "will it rain tomorrow", "how hot is it outside", "what is the match score", "tell me something funny",
        "play some music", "when does the bus leave", "i want to book a hotel room", "book a flight for me",
        "i need a home loan", "do you sell insurance", "what is the petrol price", "what is the exchange rate",
        "i have a fever", "which medicine should i take", "how do i get a passport", "i want to pay my water bill",
        "recharge my phone", "my internet is not working", "i forgot my password", "who is the president",
        "when is the election", "where can i eat", "do you sell clothes", "do you sell books", "do you sell shoes",
        "can i take it on rent", "how many branches do you have", "who owns this company", "how much do you earn",
        "how many people work there", "which phone is the best", "which one is better", "how good is the camera",
        "how long does the battery last", "how much power does it use", "how much memory does it have",
        "what size is it", "how heavy is it", "which colours are there", "is it waterproof", "how do i use it",
        "does it support five g", "can i bring my child", "is there a lift", "is there a place to sit",
        "do you have a restroom", "what is two plus two", "do you accept foreign money", "can you sing a song",
        "how old are you", "what time is it now", "is this shop for sale", "i want to invest in your company",
        "how old is your machine", "which one should i buy", "how do i fix it myself", "my phone is very slow",
        "my account was hacked", "is it dangerous", "what are the side effects", "what should i eat",
        "i can not sleep", "please send an ambulance", "call the police", "what is my result",
        "which college is good", "when is the exam", "how do i fill the form", "do you teach driving",
        "do you teach music and dance", "do you sell furniture", "can i rent one for home", "do you do home cleaning",
        "tell me my horoscope", "read me a poem", "what is the capital of india", "i need a certificate made",
        "take my photograph", "do you give franchise",
    ),
}  # fmt: skip
