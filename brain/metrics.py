"""What the brain counts and times, for /metrics."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)

FIRST_SENTENCE = Histogram("haazir_brain_first_sentence_seconds", "From Ask to the first sentence", buckets=_SECONDS)
ANSWERS = Counter("haazir_brain_answers_total", "Committed answers by where they came from", ["source"])
CONVERSATIONS = Gauge("haazir_brain_conversations_count", "Conversations open now")
UNWRITTEN = Gauge("haazir_brain_unwritten_turns_count", "Turns that wait for the database")
LOST = Counter("haazir_brain_lost_turns_total", "Turns never written: too many waited for the database")

_MODEL_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.5, 4.0, 8.0)

LLM_FIRST_TOKEN = Histogram("haazir_brain_llm_first_token_seconds", "From the prompt to the first word", buckets=_MODEL_SECONDS)
LLM_FAILURES = Counter("haazir_brain_llm_failures_total", "Answers that a language model did not give or finish", ["why"])
LLM_TOKENS = Counter("haazir_brain_llm_tokens_total", "Tokens, as the servers count them", ["direction"])

LOST_GAPS = Counter("haazir_brain_lost_gaps_total", "Unanswered questions that were never counted")
