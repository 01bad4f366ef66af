"""What we believe of ARI is what the running Asterisk says of itself."""

import httpx

from ari_app.ari import generate, models
from haazir.caller.trial import Trial


def test_our_models_match_the_running_asterisk(trial: Trial) -> None:
    settings = trial.settings
    base = f"http://127.0.0.1:{settings.port('ari_port')}/ari/api-docs"
    with httpx.Client(base_url=base, auth=(settings.asterisk.ari_user, settings.secret("ari"))) as client:
        docs = generate.merge(client.get(f"/{name}.json").raise_for_status().json() for name in generate.FILES)
    structs = [model for model in vars(models).values() if isinstance(model, type) and hasattr(model, "__struct_fields__")]
    assert generate.mismatches(docs, structs) == []
