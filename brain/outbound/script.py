"""What a call out says, in its purpose's words and the site's, with the variables in them. ◆"""

from dataclasses import dataclass
from datetime import datetime

from brain.outbound.lines import Says, line
from brain.tools.order_lines import spoken_date, spoken_digits
from brain.tools.when import spoken_time
from brain.wording import listed, sentences, spoken_in
from core.forms import Answer, Form, Option, Question, Spoken, texts
from core.purpose import Purpose, filled
from core.script import latin
from core.sites import Language, Site


@dataclass(frozen=True, slots=True)
class Script:
    site: Site
    purpose: Purpose
    questions: Form
    now: datetime
    """Their time."""
    caller: str = ""
    """The number that was called."""

    def words(self, text: Spoken, language: Language) -> Says:
        """Nothing for an empty one. What is written in one language only is said in it."""
        said, language = (text, language) if isinstance(text, str) or not text else spoken_in(text, language)
        whole = filled(said, self.purpose.variables) if isinstance(said, str) else ""
        return tuple((sentence, language) for sentence in sentences(whole))

    @property
    def person(self) -> str:
        return filled(self.purpose.person, self.purpose.variables)

    def question(self, name: str) -> Question | None:
        return next((question for question in self.questions if question.id == name), None)

    def who(self, language: Language) -> Says:
        return line("who", language, site=self.site.name)

    def is_it(self, language: Language) -> Says:
        return line("is_it", language, person=self.person)

    def last(self, language: Language) -> Says:
        return self.words(self.purpose.closing, language) or line("thanks", language)

    def no_calls(self, language: Language) -> Says:
        return self.words(self.purpose.do_not_call, language) or line("no_calls", language)

    def call_at(self, at: datetime, language: Language) -> Says:
        local = at.astimezone(self.now.tzinfo)
        day, clock = spoken_date(local.date().isoformat(), language), spoken_time(f"{local:%H:%M}", language)
        return line("call_at", language, day=day, time=clock)

    # ── answers, as they are said back ───────────────────────────────────────────────────────────────────────────────
    def noted(self, question: Question, value: Answer, language: Language) -> Says:
        """What we understood, for who wants to correct it; nothing of a yes, or of their own words."""
        if question.type in ("yes_no", "text", "phone"):
            return ()
        return line("noted", language, value=self.read(question, value, language))

    def check(self, question: Question, value: Answer, language: Language) -> Says:
        return line("check", language, value=self.read(question, value, language))

    def read(self, question: Question, value: Answer, language: Language) -> str:
        match question.type:
            case "date":
                return spoken_date(str(value), language)
            case "phone":
                return spoken_digits(str(value)[-10:])
            case "choice":
                option = next((each for each in question.options if each.value == value), Option(value=str(value)))
                return self._label(option, language)
            case _:
                return str(value)

    def again(self, question: Question, language: Language) -> Says:
        """The question once more, with what kind of answer it wants."""
        match question.type:
            case "text":
                return self.words(question.ask, language)
            case "choice":
                named = listed([self._label(option, language) for option in question.options], language)
                return (*self.words(question.ask, language), *line("as_choice", language, options=named))
            case kind:
                return (*self.words(question.ask, language), *line(f"as_{kind}", language))

    def _label(self, option: Option, language: Language) -> str:
        said = self.words(option.say, language)
        return " ".join(sentence for sentence, _ in said) or option.value.replace("_", " ")

    # ── what we may hear ─────────────────────────────────────────────────────────────────────────────────────────────
    def replies(self, question: Question) -> tuple[str, ...]:
        match question.type:
            case "yes_no":
                return ("{yes_no}",)
            case "number":
                return ("{number}",)
            case "date":
                return ("{day}", "{number} {day}")
            case "phone":
                return ("{number}", "isi number par")
            case "choice":
                named = [each for option in question.options for each in (option.value, *texts(option.say), *option.words)]
                return tuple(dict.fromkeys(latin(each).lower().replace("_", " ") for each in named))
            case "text":
                return ()
