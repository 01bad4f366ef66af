"""The carrier's configuration and prompts, from the templates beside this file."""

from collections.abc import Mapping
from pathlib import Path

from asterisk.obtain import AsteriskInstall
from asterisk.render import fill
from haazir.caller import wav
from haazir.caller.voices import Voices

TEMPLATES = Path(__file__).parent / "templates"

PROMPTS: Mapping[str, tuple[str, str]] = {
    "hello": ("hi", "हेलो? हाँ बोलिए"),
    "busy": ("en", "The person you are calling is busy on another call. Please call later."),
    "voicemail": ("en", "Asha is not here. Please leave a message after the beep."),
    "menu": ("en", "Welcome to Sharma Traders. Press one for sales, press two for accounts."),
    "chosen-1": ("en", "Sales."),
    "chosen-2": ("en", "Accounts."),
    "screening": ("en", "The person you are calling wants to know who it is. Please state your name and why you are calling."),
    "screened": ("en", "Thank you. Please stay on the line."),
}
"""name -> voice, text."""

MODULES = """
res_timing_timerfd res_pjproject res_sorcery_config res_sorcery_memory res_sorcery_astdb res_rtp_asterisk res_pjsip
res_pjsip_session res_pjsip_sdp_rtp res_pjsip_caller_id res_pjsip_endpoint_identifier_ip res_pjsip_nat res_pjsip_rfc3326
res_pjsip_pubsub res_pjsip_refer res_pjsip_diversion res_pjsip_header_funcs res_pjsip_dtmf_info chan_pjsip pbx_config
app_dial app_playback app_record app_read app_echo app_mixmonitor app_senddtmf app_stack app_userevent app_waitforsilence
bridge_simple bridge_builtin_features codec_alaw codec_ulaw codec_resample format_wav format_pcm format_sln
func_callerid func_channel func_logic func_strings func_timeout func_hangupcause
""".split()


def render(folder: Path, install: AsteriskInstall, addresses: Mapping[str, str], voices: Voices) -> Path:
    """Write it all; asterisk.conf. `addresses`: sip and instance (host:port), control, rtp_first, rtp_last (ports)."""
    for name in ("etc", "lib", "spool", "log", "recordings", "sounds"):
        (folder / name).mkdir()
    values = {
        **addresses,
        "host": addresses["sip"].partition(":")[0],
        "folder": str(folder),
        "sounds": str(folder / "sounds"),
        "module_dir": str(install.module_dir),
        "data_dir": str(install.data_dir),
        "language": install.sounds_dir.name,
        "modules": "\n".join(f"load = {name}.so" for name in MODULES),
    }
    for template in TEMPLATES.glob("*.conf"):
        (folder / "etc" / template.name).write_text(fill(template.read_text(), values))
    for name, (voice, text) in PROMPTS.items():
        wav.write(folder / "sounds" / f"{name}.wav", voices.say(text, voice))
    return folder / "etc" / "asterisk.conf"
