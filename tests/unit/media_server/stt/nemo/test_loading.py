"""What comes with NeMo keeps its mouth shut."""

import pytest

pytest.importorskip("nemo", reason="the engine's packages are installed when the settings name it")

from media_server.stt.nemo.loading import quietly


def test_what_nvidias_training_logger_says_of_itself_stays_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with quietly():
        from nv_one_logger.api import config
        from nv_one_logger.training_telemetry.api import training_telemetry_provider as provider
    provider._logger.warning("No exporters were provided.")
    config.logger.warning("OneLogger: Setting error_handling_strategy")
    assert caplog.messages == []
    config.logger.error("a real fault")
    assert caplog.messages == ["a real fault"]
