"""Common English words of four letters and more: these are spelt as they are meant, whatever Hindi word sounds like them. ◆

The first 5,700 whole words of BERT's vocabulary (Apache-2.0, in order of frequency) that are no Hinglish words, sorted.
"""

COMMON = frozenset(
    """
    aaron abandoned abbey abilities ability able aboard abolished about above abraham abroad absence absolute absolutely
    absorbed abuse academic academy accept accepted access accessible accident accommodate accompanied accomplished according
    account accounts accurate accused achieve achieved achievement acid acknowledged acoustic acquired acquisition acre acres
    across acted acting action actions activated active actively activist activities activity actor actors actress acts actual
    adam adams adaptation adapted added adding addition additional additionally address addressed adelaide adjacent administered
    administration administrative administrator admiral admit admitted adopted adrian adult adults advance advanced advantage
    adventure adventures advertising advice advisor advisory advocate affair affairs affect affected affiliate affiliated afford
    afghanistan afraid africa african after afternoon afterwards again against aged agencies agency agent agents ages agree
    agreed agreement agricultural agriculture ahead aids aimed aims aircraft aired aires airfield airline airlines airport
    alabama alan alarm alaska albert alberta album albums alcohol alex alexander alfred alice alien alive allan alleged allen
    alley alliance allied allies allow allowed allowing allows almost alone along alongside alpha already also altered alternate
    alternative although altitude always amanda amateur amazing ambassador amber amendment america american americans among
    amongst amount amounts amsterdam analysis anchor ancient anderson andre andrea andrew andy angel angeles angels anger angle
    anglo angry animal animals animated animation anime anna anne annie anniversary announced announcement annual annually
    another answer answered answers anthony anti antonio anymore anyone anything anyway anywhere apart apartment apparent
    apparently appeal appeals appear appearance appearances appeared appearing appears apple application applications applied
    apply appointed appointment appreciate approach approached approaches approaching appropriate approval approved
    approximately april arab arabic arch archaeological archbishop architect architects architectural architecture archive
    archives area areas aren arena argentina argentine argue argued argument arizona arkansas armed armenian armies armor arms
    armstrong army arnold around arranged arrangement arrangements array arrest arrested arrival arrive arrived arrives arriving
    arrow arthur article articles artificial artillery artist artistic artists arts artwork asia asian aside asked asking asks
    asleep aspect aspects assault assembly assessment assets assigned assignment assist assistance assistant assisted assists
    associate associated association associations assume assumed assured athens athlete athletes athletic athletics atlanta
    atlantic atmosphere attached attack attacked attacking attacks attempt attempted attempting attempts attend attendance
    attended attending attention attitude attorney attracted attraction attractive attributed auckland audience audio august
    aunt austin australia australian austria austrian author authored authorities authority authors auto automatic automatically
    autonomous autumn available avenue average aviation avoid awake award awarded awards aware awareness away axis azerbaijan
    baby bachelor back backed background backing backward badly bags bailey baker balance ball ballet balls baltimore bands
    bangladesh bank banking banks banned baptist barbara barcelona bare barely barn baron baronet barrel barrier barry bars base
    baseball based basement bases basic basin basis basketball bass bastard bath bathroom batman battalion battery battle
    battles beach beam bear bearing bears beast beat beaten beating beautiful beauty became because become becomes becoming
    bedroom been beer beetle before began begin beginning begins begun behalf behavior behaviour behind beijing being belgian
    belgium belief beliefs believe believed believes believing bell belly belong belonged belonging belongs below belt bench
    bend beneath benefit benefits bengal benjamin bennett bent berkeley berlin bernard beside besides best beth better between
    beyond bible bigger biggest bike billboard billion billy binding biography biological biology bird birds birmingham birth
    birthday bishop bishops bitch bite bits bitter black blade blake blame blank blanket blast blew blind blinked block blocked
    blocks blond blonde blood bloody blow blue blues board boards boat boats bobby bodies body bold bomb bombing bond bone bones
    bonus book books boom booth boots border borders bore born borough boss boston both bother bottle bottom bought boulevard
    bound boundaries boundary bowl bowling boxes boxing boyfriend boys brad bradley brain branch branches brand brandon brass
    brazil brazilian bread break breakfast breaking breaks breast breath breathe breathed breathing breed breeding brian brick
    bride bridge bridges brief briefly brigade bright brilliant bring bringing brings brisbane bristol britain british broad
    broadcast broadcasting broadcasts broadway broke broken bronze brooklyn brooks brother brothers brought brow brown bruce
    brush brushed bryan buddhist buddy budget buffalo build building buildings built bulgaria bulgarian bull bullet bunch bureau
    burial buried burn burned burning burns burst buses bush business businesses businessman busy butler butterfly button
    byzantine cabin cabinet cable cafe cage calendar california call called calling calm cambridge came camera cameras cameron
    camp campaign campaigns campbell camps campus canada canadian canal cancelled cancer candidate candidates cannon cannot
    canton canyon capable capacity cape capita capital captain capture captured carbon card cardinal cards care cared career
    careful carefully cargo caribbean carl carlos carol carolina caroline carriage carried carrier carries carry carrying cars
    carter carved case cases casey cash cassie cast castle casualties catch catching categories category cathedral catherine
    catholic cats cattle caught cause caused causes causing cavalry cave ceased ceiling celebrate celebrated celebration
    celebrity cell cells celtic cemetery census center centered centers central centre centres centuries century ceremony
    certain certainly certificate certified chain chains chair chairman chairs challenge challenged challenges chamber chambers
    champion champions championship championships chance chancellor change changed changes changing channel channels chaos
    chapel chapter chapters character characteristic characteristics characterized characters charge charged charity charles
    charlie charlotte chart charter charts chase check checked cheek cheeks cheese chemical chemistry chen cherry chess chest
    chester chicago chicken chief chiefs child childhood children chile chin china chinese chip chocolate choice choir choose
    chorus chose chosen chris christ christian christianity christians christmas christopher chuck church churches cincinnati
    cinema circle circles circuit circular circulation circumstances cited cities citing citizen citizens citizenship city civic
    civil civilian claim claimed claiming claims claire clan clark clarke class classes classic classical classification
    classified claude clay clean clear cleared clearing clearly clenched clerk cleveland client clients cliff climate climb
    climbed climbing clinical clinton clock close closed closely closer closest closing closure cloth clothes clothing cloud
    clouds club clubs coach coached coaches coaching coal coalition coast coastal coat code coffee coins cold cole colin
    collaborated collaboration collapse collapsed collar colleagues collect collected collection collections collective college
    colleges collins colombia colonel colonial colonies colony color colorado colored colors colour colours colt columbia
    columbus column columns combat combination combined come comedy comes comfort comfortable comic comics coming command
    commanded commander commanding commenced comment commentary commented comments commerce commercial commission commissioned
    commissioner commitment committed committee common commonly commons commonwealth commune communication communications
    communist communities community companies companion company compared comparison compete competed competing competition
    competitions competitive compilation complete completed completely completing completion complex complicated component
    components composed composer composition compound comprehensive comprises computer computers concentrated concentration
    concept concepts concern concerned concerning concerns concert concerts concluded conclusion concrete condition conditions
    conduct conducted conductor confederate conference confidence confirmed conflict confused confusion congo congregation
    congress congressional connect connected connecticut connecting connection connections connects connor consciousness
    consecutive consequences consequently conservation conservative consider considerable considered considering consist
    consisted consistent consisting consists constant constantly constituency constitution constitutional constructed
    construction consultant consumer consumption contact contain contained containing contains contemporary content contents
    contest contested context continental continue continued continues continuing continuous contract contracts contrast
    contribute contributed contributing contribution contributions control controlled controls controversial controversy
    convention conventional conversation conversion converted convicted convince convinced cook cooking cool cooper cooperation
    copies copper copy core cork corner corners corporate corporation corps correct corresponding corridor corruption cost costa
    costs cottage cotton couch could couldn council count counted counter counties countries country county coup couple couples
    courage course courses court courts cousin cover coverage covered covering covers crack craft craig crash crashed crazy
    cream create created creates creating creation creative creator creature creatures credit credited credits creek crew
    cricket cried crime crimes criminal crisis critic critical criticism criticized critics croatia croatian crops cross crossed
    crosses crossing crowd crown cruise cruz crying crystal cuba cult cultural culture cultures curious curled current currently
    curriculum curse curve custom customer customers customs cuts cutting cycle cylinder czech daddy daily dakota dale dallas
    damaged dame damn dance dancer dancing danger dangerous daniel danish danny dare dark darkness data database date dated
    dates dating daughter daughters dave david davies davis dawn days dead deal dealing deals dean dear death deaths debate debt
    debut debuted decade decades december decide decided decides decision decisions deck declaration declared decline declined
    decorated dedicated deemed deep deeper deeply deer defeat defeated defeating defence defend defended defender defending
    defense defensive defined definitely definition degree degrees delaware delay delayed delhi deliver delivered delivery della
    delta demand demanded demands democracy democrat democratic democrats demolished demon demons demonstrated denied denmark
    dennis density denver departed department departments departure dependent depending depends depicted deployed depot
    depression depth deputy derby derek derived descendants descent describe described describes describing description desert
    design designated designation designed designer designs desire desired desk desperate despite destination destroy destroyed
    destruction detail detailed details detective determination determine determined detroit develop developed developing
    development developments device devices devil devon devoted dialogue diameter diamond diana dick didn died diego dies diesel
    diet difference differences different difficult difficulties difficulty digital dimensional dining dinner diocese diplomatic
    direct directed direction directions directly director directors dirt dirty disappeared disaster disbanded disc discipline
    discontinued discover discovered discovery discrimination discuss discussed discussion disease diseases dismissed disney
    disorder display displayed displays dispute dissolved distance distant distinct distinction distinctive distinguished
    distributed distribution district districts diverse diversity divided divine division divisions divorce dock doctor
    doctorate doctors doctrine document documentary documented documents does doesn dogs doing dollar dollars domain dome
    domestic dominant dominated donald donated done doors doorway double doubles doubt doug douglas down download downtown dozen
    draft drafted drag dragged dragon dragons drake drama dramatic draw drawing drawn dream dreams dress dressed drew drink
    drinking drinks drive driven driver drivers driving drop dropped dropping drops drove drug drugs drum drummer drums drunk
    dual dublin duke duncan during dust dutch duties duty dying dylan dynamic dynasty each eagle eagles earl earlier earliest
    early earn earned earning ears earth earthquake ease easier easily east eastern easy eaten eating echo economic economics
    economy eddie edge edges edinburgh edited edition editions editor editorial educated education educational edward edwards
    effect effective effectively effects efficiency efficient effort efforts eggs egypt egyptian eight eighteen eighth either
    elbow elder eldest elected election elections electoral electric electrical electricity electronic electronics element
    elementary elements elena elevated elevation elevator eleven eligible eliminated elite elizabeth ellen ellis else elsewhere
    embassy emerged emergency emerging emily emma emotion emotional emotions emperor emphasis empire employed employee employees
    employment empty enabled encounter encountered encourage encouraged ended endemic ending ends enemies enemy energy
    enforcement engage engaged engagement engine engineer engineering engineers engines england english enjoy enjoyed enjoying
    enormous enough enrolled ensemble ensure enter entered entering enterprise enters entertainment entire entirely entitled
    entrance entry environment environmental enzyme epic episcopal episode episodes equal equally equation equipment equipped
    equivalent erected eric ernest error escape escaped escort especially essays essential essentially essex establish
    established establishing establishment estate estates estimated ethan ethnic eugene europe european evans even evening event
    events eventually ever every everybody everyone everything everywhere evidence evil evolution evolved exact exactly
    examination examined example examples excellence excellent except exception exchange excited excitement exclusive
    exclusively excuse executed execution executive exercise exhausted exhibit exhibited exhibition exhibitions exile exist
    existed existence existing exists exit expand expanded expansion expect expected expecting expedition expensive experience
    experienced experiences experiment experimental experiments expert experts explain explained explains explanation
    exploration explore explosion export exposed exposure express expressed expression extend extended extending extends
    extension extensive extensively extent exterior external extinct extra extreme extremely eyebrows eyed eyes fabric facade
    face facebook faced faces facilities facility facing fact factor factors factory facts faculty faded fail failed failing
    failure faint fair fairly fairy faith fake fall fallen falling falls false fame familiar families family famous fans fantasy
    farm farmer farmers farming farms farther fashion fast faster fastest fate father fault favor favorite favour favourite fear
    feared feat feature featured features featuring february federal federation feed feeding feel feeling feelings feels feet
    felix fell fellow fellowship felt female females fence fernando ferry festival festivals fever fewer fiction fictional field
    fields fifa fifteen fifth fifty fight fighter fighters fighting figure figured figures file filed files fill filled filling
    film filmed filming films final finally finals finance financial find finding finds fine finger fingers finish finished
    finishing finland finnish fire fired fires firing firm firmly first fish fisher fishing fist fitted five fixed flag flame
    flames flash flashed flat fled fleet flesh flew flight flights floating flood floor floors florence florida flow flower
    flowers flowing flows fluid flute flying focus focused focuses focusing folded folk follow followed followers following
    follows food fool foot footage football footballer force forced forces forcing ford forehead foreign forest forests forever
    forget forgotten form formal formally format formation formed former formerly forming forms formula fort forth fortress
    fortune forty forum forward foster fought found foundation founded founder founders founding four fourteen fourth frame
    framework france franchise francis francisco francois frank franklin franz fred frederick free freedom freight french
    frequency frequent frequently fresh freyja friday friedrich friend friendly friends friendship from front frontier frowned
    frozen fruit frustration fuck fucking fuel full fully function functional functions fund fundamental funded funding funds
    funeral funny furniture further furthermore fury future gabriel gain gained gaining galaxy gallery game games gang garage
    garcia garden gardens garrison gary gasped gate gates gather gathered gathering gauge gave gaze gear gender gene general
    generally generated generation generations genes genetic genre gentle gently genus george georgia georgian german germans
    germany gets getting ghost giant giants gift gilbert giovanni girl girlfriend girls give given gives giving glad glance
    glanced glasgow glass glasses glen global globe glory glow gmina goal goals goddess gods goes going gold golden golf gone
    gonna good goodbye google gordon gospel gothic gotten governing government governments governor grab grabbed grace grade
    grades gradually graduate graduated graduating graduation graham grain grammar grammy grand grande grandfather grandmother
    grandson grant granted grants graphic graphics grass grateful grave gravity gray great greater greatest greatly greece greek
    green greg gregory grew grey grid grin grinned grip gross ground grounds group groups grove grow growing growled grown grows
    growth guard guardian guards guess guest guests guidance guide guided guild guilt guilty guinea guitar guitarist guitars
    gulf guns guys habitat hadn hair half halfway hall hallway hamburg hamilton hamlet hammer hampshire hand handed handle
    handled handling hands handsome hang hanging hannah hans happen happened happening happens happiness happy harbor harbour
    hard harder hardly hardware harm harold harper harris harrison harry harsh hart harvard harvey hasn hate hated have haven
    having hawaii head headed heading headquarters heads healing health healthy hear heard hearing heart hearts heat heaven
    heavily heavy heavyweight hebrew hectares heels height heights heir held helen helicopter hell hello help helped helping
    helps hence henri henry herbert here heritage hero heroes hers herself hidden hide hiding high higher highest highly highway
    hill hills himself hindu hips hired hispanic historian historians historic historical historically history hitler hits
    hitting hockey hold holder holding holds hole holes holiday holland hollow holly hollywood holmes holy home homes honest
    honey hong honor honorary honored honors honour honours hood hook hope hoped hopes hoping horizon horn horror horse horses
    hospital hospitals host hosted hosts hotel hour hours house housed household householder households houses housing houston
    howard however http hudson huge hugh hughes hull human humanity humans humor hundred hundreds hung hungarian hungary hunger
    hungry hunt hunter hunting hurricane hurt husband hybrid idea ideal ideas identical identification identified identify
    identity ignore ignored illegal illinois illness illustrated image images imagine imagined immediate immediately immigrants
    immigration impact imperial implementation implemented importance important impossible impressed impression impressive
    imprisoned improve improved improvement improvements inaugural inch inches incident include included includes including
    income incorporated increase increased increases increasing increasingly incumbent indeed independence independent index
    india indian indiana indians indicate indicated indicates indicating indigenous individual individuals indonesia indonesian
    indoor inducted industrial industries industry infantry infection influence influenced influences influential information
    informed infrastructure inhabitants inherited initial initially initiated initiative injured injuries injury inner innings
    innocent innovation input inside insisted inspector inspiration inspired installation installed instance instant instantly
    instead institute institution institutions instruction instructions instrument instrumental instruments insurance integrated
    integration intellectual intelligence intended intense intensity intent intention inter interaction interactive interchange
    interest interested interesting interests interface interior intermediate internal international internationally internet
    interpretation interrupted intersection interstate intervention interview interviews into introduce introduced introduction
    invasion invented investigate investigation investment invisible invitation invited involve involved involvement involves
    involving iowa iran iranian iraq iraqi ireland irish iron isaac isbn islam islamic island islands isle isolated israel
    israeli issue issued issues italian italy itself ivan jack jacket jackson jacob jacques jail jake jamaica james jamie jane
    january japan japanese jared jason jazz jean jeans jeff jefferson jennifer jenny jeremy jerked jerry jersey jerusalem jesse
    jessica jesus jewish jews jimmy joan jobs joel johann john johnny johnson join joined joining joint joke jonathan jones
    jordan jose joseph josh joshua journal journalism journalist journalists journey juan judge judges judgment judicial julia
    julian julie july jump jumped jumping junction june jungle junior jurisdiction jury just justice justin kane kansas karen
    karl keep keeping keeps keith kelly kennedy kenneth kenny kent kentucky kenya kept kerala kevin keyboard keyboards keys khan
    kick kicked kids kill killed killer killing kills kilometers kilometres kind kinds king kingdom kings kiss kissed kisses
    kissing kitchen knee knees knew knife knight knights knock knocked know knowing knowledge known knows kong korea korean kyle
    kylie label labor laboratory labour lack lady laid lakes land landed landing landmark lands landscape lane language
    languages lanka large largely larger largest larry laser last lasted late later latest latin latino latter laugh laughed
    laughing laughter launch launched laura lawrence laws lawyer layer layers lead leader leaders leadership leading leads leaf
    league leagues lean leaned leaning learn learned learning least leather leave leaves leaving lebanon lecture lecturer
    lectures leeds left legacy legal legend legendary legion legislation legislative legislature legs length leon leonard leslie
    less lesser lessons letter letters letting level levels lewis liam liberal liberation liberty libraries library license
    licensed lies lieutenant life lifetime lifted lifting liga light lighting lightly lightning lights like liked likely likes
    lily limit limited limits lincoln linda line linear lined lines link linked links lion lions lips liquid lisa list listed
    listen listened listening lists literacy literally literary literature little live lived liverpool lives living lloyd load
    loaded loan local locally located location locations lock locked locomotive locomotives lodge logan logic logo london long
    longer longest look looked looking looks loop loose lopez lord lords lose losing loss losses lost lots loud louis louise
    louisiana love loved lovely lover loves loving lower lowered lowest loyal lucas luck lucky lucy luis luke lunch lungs lying
    lyrics machine machines made madison madrid magazine magazines maggie magic magical magnetic mail mainland mainly mainstream
    maintain maintained maintaining maintenance major majority make makes makeup making malaysia malcolm male males mall manage
    managed management manager manages managing manchester manhattan manila manner manor mansion manual manuel manufactured
    manufacturer manufacturers manufacturing manuscript many maps marathon marble marc march marco marcus margaret margin maria
    marie marine mario maritime mark marked market marketing markets marks marriage married marry mars marshal marshall martial
    martin marvel mary maryland mask mason mass massachusetts massive master masters match matches mate material materials math
    mathematical mathematics matrix matt matter matters matthew maurice maximum maybe mayor meal mean meaning means meant
    meanwhile measure measured measures meat mechanical mechanism medal medals media median medical medicine medieval
    mediterranean medium meet meeting meetings meets melbourne melody member members membership memorial memories memory mental
    mention mentioned merchant mercury mercy merely merged merger merit mess message messages metal meter meters method
    methodist methods metre metres metro metropolitan mexican mexico miami michael michel michigan microsoft middle midfielder
    midnight might miguel mike milan mile miles military militia milk mill miller million millions mills mind mine mines mini
    minimum mining minister ministers ministry minnesota minor minority minute minutes mirror miss missed missile mission
    missionary missions mississippi missouri mistake mitchell mixed mixing mixture mobile mode model models moderate modern
    modified molecular moment moments monastery monday money monica monitor monitoring monk monster montana montgomery month
    monthly months montreal monument mood moon moore moral more morgan morning morris moscow mosque most mostly moth mother
    motion motor mount mountain mountains mounted mouse mouth move moved movement movements moves movie movies moving much
    muhammad multi multiple mumbai munich municipal municipalities municipality murder murdered murmured murphy murray muscle
    muscles museum music musical musician musicians muslim muslims must muttered mutual myself mysterious mystery naked name
    named namely names nancy napoleon narrative narrow narrowed nashville nate nathan nation national nationalist nations
    nationwide native natural naturally nature naval navigation navy nazi ncaa near nearby nearest nearly nebraska necessary
    neck need needed needs negative negotiations neighborhood neighboring neil neither nelson nepal nephew nerve nervous nest
    netherlands network networks neutral nevada never nevertheless newcastle newly news newspaper newspapers newton next nice
    nicholas nick nickname nigeria night nights nine nineteenth ninth noah noble nobody nodded noise nominated nomination none
    norfolk normal normally norman north northeast northeastern northern northwest northwestern norway norwegian nose notable
    notably note noted notes nothing notice noticed noting nova novel novels november nowhere nuclear number numbered numbers
    numerous nurse nursing obama object objective objects observation observed obtain obtained obvious obviously occasion
    occasional occasionally occasions occupation occupied occur occurred occurs ocean october offensive offer offered offering
    offers office officer officers offices official officially officials often ohio oklahoma older oldest oliver olivia olympic
    olympics once ones ongoing online only ontario onto open opened opening opens opera operate operated operates operating
    operation operational operations operator opinion opponent opponents opportunities opportunity opposed opposite opposition
    option options oral orange orbit orchestra order ordered orders ordinary oregon organ organic organisation organisations
    organised organization organizations organized oriented origin original originally originated origins orleans orthodox oscar
    other others otherwise ottawa otto ottoman outbreak outdoor outer output outside outstanding over overall overhead overseas
    owen owned owner owners ownership owns oxford oxygen pace pacific pack package packed page pages paid pain painful paint
    painted painter painting paintings pairs pakistan palace pale palestine palm palmer panama panel panic pants paper papers
    parade paradise parallel parent parents paris parish park parked parker parking parks parliament parliamentary part partial
    partially participants participate participated participating participation particular particularly parties partly partner
    partners partnership parts party pass passage passed passenger passengers passes passing passion past patch patent path
    patient patients patrick patrol patron pattern patterns paul paulo pause paused paying payment peace peak peaked pearl pedro
    peer penalty peninsula pennsylvania people peoples perceived percent percentage percussion perfect perfectly perform
    performance performances performed performing perhaps period periods permanent permanently permission permit permitted perry
    persian person personal personality personally personnel persons perspective peru pete peter petersburg phase phil
    philadelphia philip philippine philippines phillips philosophy phoenix phone photo photographer photographs photography
    photos phrase physical physically physician physics pianist piano pick picked picking pictures pierre pile pilot pilots pine
    pink pioneer pipe pirates pistol pitch pitched pitcher pittsburgh place placed places placing plain plains plan plane planet
    planned planning plans plant planted plants plastic plate plates platform platforms platinum play played player players
    playing playoff playoffs plays playstation plaza pleasant pleased pleasure plenty plot plus pocket poem poems poet poetry
    point pointed pointing points poland pole police policies policy polish political politician politicians politics poll pond
    pool poor pope popular popularity population populations porch port porter portion portions portland portrait portrayed
    ports portugal portuguese position positions positive possessed possession possibility possible possibly post posted posts
    potential pound pounds poured poverty powell power powered powerful powers practical practically practice practiced
    practices pradesh prague praise praised prayer precious predecessor prefecture preferred pregnant preliminary premier
    premiere premiered preparation prepare prepared preparing presence present presentation presented presents preservation
    preserve preserved presidency president presidential press pressed pressing pressure prestigious preston pretty prevent
    prevented previous previously prey price prices pride priest priests primarily primary prime prince princess principal
    principle principles print printed printing prior prison prisoner prisoners private privately prix prize probably problem
    problems procedure procedures proceeded proceedings process processes processing produce produced producer producers
    produces producing product production productions products professional professionals professor profile profit program
    programme programmes programming programs progress progressive project projects prominent promise promised promote promoted
    promoting promotion pronounced proof proper properly properties property proposal proposed protect protected protecting
    protection protein proteins protest protestant protests protocol prototype proud prove proved provide provided provides
    providing province provinces provincial provisions psychological psychology public publication publications publicly
    published publisher publishers publishing puerto pull pulled pulling pulls pulse punch punishment punk pupils purchase
    purchased purple purpose purposes purse pursue pursuit push pushed pushing puts putting qualification qualified qualify
    qualifying quality quantum quarter quarterback quarters quartet quebec queen queens queensland quest question questioned
    questions quick quickly quiet quietly quinn quit quite rabbi race raced races rachel racial racing radar radiation radical
    radio rage raid railroad railway railways rain raise raised raising rally ralph ranch random range rangers ranges ranging
    rank ranked ranking ranks rape rapid rapidly rare rarely rated rates rather rating ratings ratio raymond reach reached
    reaches reaching reaction read reader readers reading ready real reality realize realized really realm rear reason reasons
    rebel rebellion rebels rebuilt recall recalled receive received receiver receives receiving recent recently reception
    recipient recognised recognition recognize recognized recommended reconnaissance reconstruction record recorded recording
    recordings records recover recovered recovery recreation recruited reduce reduced reducing reduction reed refer referee
    reference references referred referring refers reflect reflected reform reformed reforms refugees refused regard regarded
    regarding regardless regime regiment region regional regions register registered registration regret regular regularly
    regulation regulations reid reign rejected related relating relation relations relationship relationships relative
    relatively relatives relaxed relay release released releases releasing relegated relevant relief relieved religion religious
    relocated remain remainder remained remaining remains remember remembered reminded remix remote removal remove removed
    renaissance renamed renewed renowned repair repeated repeatedly replace replaced replacement replacing replied reply report
    reported reportedly reporter reporting reports represent representation representative representatives represented
    representing represents republic republican reputation request requested require required requirement requirements requires
    requiring rescue research researchers reserve reserves reservoir residence resident residential residents residing
    resignation resigned resistance resolution resort resource resources respect respective respectively respond responded
    response responsibility responsible rest restaurant restaurants rested resting restoration restored restricted result
    resulted resulting results resumed retail retained retired retirement retiring retreat retrieved return returned returning
    returns reveal revealed revealing reveals revenge revenue reverse review reviewed reviews revised revival revolution
    revolutionary rhythm rice rich richard richmond rick rico ride rider riders ridge riding rifle right rights riley ring rings
    ripped rise rising risk ritual rival rivals river rivers road roads robert roberts robin robinson robot rock rocket rocks
    rocky rode roger rogers roland role roles roll rolled rolling roman romance romania romanian romanized romantic rome ronald
    roof rookie room rooms roosevelt root roots rope rose ross rough roughly round rounded rounds route routes royal rubbed
    rubber rugby ruins rule ruled ruler rules ruling runner runners running runs rural rush rushed rushing russell russia
    russian ruth ryan sacred sacrifice safe safety said sailed sailing saint saints sales sally salt same sample samples samuel
    sanctuary sand sandy sang sank santa santiago sara sarah satellite satisfied saturday saudi save saved saving saxophone
    saying says scale scared scattered scene scenes scent schedule scheduled scheme scholar scholars scholarship school schools
    science sciences scientific scientist scientists score scored scores scoring scotland scott scottish scout scream screamed
    screaming screen screenplay script sculpture seal sean search searched searching season seasons seat seated seats seattle
    sebastian second secondary seconds secret secretary secrets section sections sector secure secured security seed seeds
    seeing seek seeking seem seemed seems seen sees segment seized select selected selection self sell selling semi semifinals
    seminary senate senator send sending senior sensation sense sensitive sent sentence sentenced separate separated separation
    september sequel sequence serbia serbian sergeant serial serie series serious seriously servant servants serve served server
    serves service services serving session sessions sets setting settle settled settlement settlements settlers seven seventh
    several severe severely sexual sexy shade shadow shadows shaft shah shake shakespeare shaking shall shallow shane shanghai
    shape shaped share shared shares sharing sharp shaw shed sheep sheet sheets sheffield shell shelter sheriff shield ships
    shirt shit shock shocked shoes shook shoot shooting shop shopping shops shore short shorter shortly shorts shot shots should
    shoulder shoulders shouldn shouted shoved show showed shower showing shown shows shrugged shut sick side sides siege sierra
    sigh sighed sight sign signal signals signature signed significance significant significantly signing signs silence silent
    silently silk silver similar similarly simon simple simply simultaneously since sing singapore singer singers singh singing
    single singles sink sister sisters site sites sits sitting situated situation situations sixteen sixth sixty size sized
    skill skills skin skull slammed slave slavery slaves sleep sleeping slept slid slide sliding slight slightly slip slipped
    slow slowly small smaller smart smell smile smiled smiles smiling smith smoke smooth snake snapped snow soap soccer social
    socialist societies society sofia soft softly software soil solar sold soldier soldiers sole solid solo solomon solution
    solutions some somebody somehow someone something sometime sometimes somewhat somewhere song songs songwriter sons sony soon
    sophie sorry sort sought soul sound sounded sounds soundtrack source sources south southeast southeastern southern southwest
    southwestern soviet space spaces spain span spanish spare speak speaker speakers speaking speaks special specialist
    specialized species specific specifically spectrum speech speed spell spencer spend spending spent spider spin spine spirit
    spirits spiritual spite split spoke spoken sponsored sport sporting sports spot spots spotted spread spring springs sprint
    spun squad squadron square squeezed stable stadium staff stage stages stairs stake stakes stand standard standards standing
    stands stanford stanley star stare stared staring starred starring stars start started starting starts state stated
    statement statements states stating station stationed stations statistical statistics statue status stay stayed staying
    steady steal steam steel stefan stem step stephen stepped stepping steps stern steve steven stevens stewart stick still
    stock stockholm stolen stomach stone stones stood stop stopped stopping stops storage stored stories storm story straight
    strange stranger strategic strategy streak stream street streets strength stress stretch stretched strike striking string
    strings strip stroke strong stronger strongly struck structural structure structures struggle struggled struggling stuart
    stuck student students studied studies studio studios study studying stuff stupid style styles subject subjects submarine
    submitted subsequent subsequently subsidiary substantial substitute suburb succeeded success successful successfully
    succession successor such sucked sudden suddenly suffer suffered suffering sufficient sugar suggest suggested suggesting
    suggests suicide suit suitable suite sullivan sultan summer summit sunday sung super superintendent superior supplied
    supplies supply support supported supporters supporting supports suppose supposed supreme sure surely surface surgery
    surprise surprised surrender surrounded surrounding survey survival survive survived surviving survivors susan suspect
    suspected suspended suspension sustainable sustained swallowed swear sweat sweden swedish sweet swept swift swimming swing
    swiss switch switched switzerland sword swung sydney symbol symphony symptoms syndrome syria syrian system systems table
    tables tactical tail taiwan take taken takes taking tale talent tales talk talked talking talks tall tamil tank tanks tape
    target targets task tasks taste taught taxes taylor teach teacher teachers teaching team teams tear tears tech technical
    technique techniques technologies technology teeth telephone television tell telling tells temperature temperatures temple
    temples temporarily temporary tend tender tennessee tennis tense tension tenth tenure term terminal terminus terms terrible
    territorial territories territory terror terry test testament tested testing tests texas text texts thai thailand than thank
    thanks that theater theatre theatrical their them theme themes themselves then theology theories theory therapy there
    thereafter thereby therefore these they thick thin thing things think thinking thinks third thirteen thirty this thomas
    thompson those though thought thoughts thousand thousands threat threatened threatening threats three threw throat throne
    through throughout throw throwing thrown thrust thumb thunder thus ticket tied tier ties tiger tigers tight tightened
    tightly till timber time times tiny tired tissue title titled titles tobacco today todd together tokyo told tomb tommy
    tomorrow tone tongue tonight tons tony took tool tools topic topics torn toronto torture tossed total totally touch
    touchdown touched touching tough tour toured touring tourism tourist tourists tournament tournaments tours toward towards
    tower towers town towns township trace track tracks trade traded trading tradition traditional traditionally traditions
    traffic trail trailer train trained training trains trans transfer transferred transformation transformed transit transition
    translated translation transmission transport transportation trap trapped travel traveled traveling travelled travelling
    travels treasure treat treated treatment treaty tree trees trent trevor trial trials tribal tribe tribes tributary tribute
    trick tried tries trinity trio trip triple trips troops trophy tropical trouble truck true truly trump trunk trust truth
    trying tube tune tunnel turkey turkish turn turned turner turning turns twelve twentieth twenty twice twin twins twisted
    tyler type types typical typically uefa ukraine ukrainian ultimate ultimately unable uncle uncomfortable uncredited under
    undergraduate underground underneath understand understanding understood unfortunately uniform unincorporated union unique
    unit united units unity universal universe universities university unknown unless unlike unsuccessful until unusual upcoming
    updated upon upper upset upstairs urban urge usage used useful user users uses using usual usually utah valley valuable
    value values vampire vampires vancouver variable variant variation variations variety various vary vast vegas vehicle
    vehicles venezuela venice venture venue vermont verse version versions versus vertical very vessel vessels veteran veterans
    vice victim victims victor victoria victorian victory video videos vienna vietnam vietnamese view viewed viewers views villa
    village villages vincent vinyl violence violent violet violin virgin virginia virtual virtually virus visible vision visit
    visited visiting visitors visits visual vital vladimir vocal vocalist vocals voice voiced voices voivodeship volleyball
    volume volumes volunteer volunteers vote voted voters votes voting voyage vulnerable waist wait waited waiting wake wales
    walk walked walker walking walks wall wallace walls walter wang want wanted wanting wants ward warfare warm warmth warned
    warner warning warren warrior warriors wars warsaw washed washington wasn waste watch watched watching water waters watson
    wave waved waves wayne ways weak wealth wealthy weapon weapons wear wearing weather website wedding week weekend weekly
    weeks weight weird welcome welfare well wellington wells welsh went were weren west western what whatever wheel wheels when
    whenever where whereas whether which while whilst whisper whispered white whole whom whose wide widely widened wider
    widespread widow wife wild wildlife wilhelm will william williams willing wilson wind window windows winds wine wing wings
    winner winners winning wins winter wiped wire wisconsin wise wish wished wishes witch with withdrew within without witness
    woke wolf wolves woman women wonder wondered wonderful wondering wood wooden woods word words wore work worked worker
    workers working works workshop world worlds worldwide worn worried worry worse worship worst worth would wouldn wound
    wounded wounds wrapped wrestling wright wrist write writer writers writes writing writings written wrong wrote yale yang
    yard yards yeah year years yelled yellow yesterday york yorkshire young younger youngest your yours yourself youth youtube
    yugoslavia zane zealand zero zone
    """.split()
)
