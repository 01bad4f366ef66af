"""Numbers in the words of our commands: 1 document, 2 documents. ◆"""


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
