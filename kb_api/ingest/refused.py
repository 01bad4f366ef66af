"""What is said of a document that can't be used. ◆"""


class Refused(ValueError):
    """Nothing can be made of this document: the message is a sentence for its owner that says what to do."""


EMPTY = "The file is empty: send the document again."
NO_TEXT = "There is no text in the document: nothing could be found in it."
SCANNED = "The PDF has no text, only pictures of pages: run text recognition (OCR) on it and send the result."
ENCRYPTED = "The PDF is protected with a password: save it without one and send it again."
DAMAGED = "The file is damaged, or is not what it says it is: open it on your side, save it anew and send it again."
TOO_COSTLY = "Reading the document took more time or memory than is allowed: send it in smaller parts."
BOMB = "The file unpacks to far more than its size and is not opened: send the document itself."
NOT_TEXT = "This kind of file can't be read: send PDF, DOCX, HTML, Markdown, CSV or plain text."
OLD_WORD = "This is an old Word file (.doc): save it as DOCX and send it again."
GARBLED = "The encoding of the text can't be made out: save it as UTF-8 and send it again."
