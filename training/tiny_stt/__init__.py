"""The tiny streaming recogniser that ships with the project: `python -m training.tiny_stt --help`.

    sentences ─> synthesise ─> train ─> export ─> evaluate
    what a caller   eSpeak NG,   phones first,   tiny.nemo   word errors of voices and
    of the demo     telephone    then RNN-T      (fp16)      sentences it never trained on
    site says       line

It knows some 250 words of synthetic voices: enough to drive the real streaming path in tests, useless for people.
"""
