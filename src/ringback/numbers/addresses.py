"""WhatsApp addresses, and the recipients of verification codes."""

import re

from ringback.numbers.dialling import WHATSAPP, dialled, read_number
from ringback.numbers.reading import Reader, refusal, shown
from ringback.numbers.senders import is_messaging_service, read_sms_sender

# Sound enough to catch slips; only a mail that arrives proves a mailbox. Lengths: RFC 5321, 4.5.3.1.
_MAIL = re.compile(r"(?=.{3,254}\Z)[^@\s,;<>\"]{1,64}@(?:[^@\s,;<>\".]+\.)+[^@\s,;<>\".]{2,}")
# WhatsApp knows many Mexican mobiles by their older form with a 1 after 52, which libphonenumber calls too
# long. A reply must go to the address that wrote, so here that 1 is neither refused nor dropped.
_OLDER_MEXICAN_MOBILE = re.compile(r"\+521[0-9]{10}")


def read_whatsapp_address(given: str, reader: Reader) -> str:
    """`whatsapp:` and a number in E.164, whether or not the prefix was written (Twilio docs, whatsapp/api).

    Raises:
        PydanticCustomError: a ValueError with the cause and the remedy.
    """
    number = WHATSAPP.sub("", given, count=1)
    if is_messaging_service(number.strip()):
        raise refusal("A Messaging Service is only a sender. Write a number, like whatsapp:+14155550101.")
    digits = dialled(number)
    if not _OLDER_MEXICAN_MOBILE.fullmatch(digits):
        digits = read_number(number, reader)
    return f"whatsapp:{digits}"


def read_whatsapp_sender(given: str, reader: Reader) -> str:
    """A WhatsApp address or a Messaging Service SID.

    Raises:
        PydanticCustomError: a ValueError with the cause and the remedy.
    """
    text = given.strip()
    return text if is_messaging_service(text) else read_whatsapp_address(given, reader)


def read_address(given: str, reader: Reader) -> str:
    """A number, or a WhatsApp address if it is written as one.

    Raises:
        PydanticCustomError: a ValueError with the cause and the remedy.
    """
    return (read_whatsapp_address if WHATSAPP.match(given) else read_number)(given, reader)


def read_sender(given: str, reader: Reader) -> str:
    """Anything a message can come from, on either channel.

    Raises:
        PydanticCustomError: a ValueError with the cause and the remedy.
    """
    return (read_whatsapp_address if WHATSAPP.match(given) else read_sms_sender)(given, reader)


def read_verify_recipient(given: str, reader: Reader) -> str:
    """A number in E.164, or a mail address.

    Raises:
        PydanticCustomError: a ValueError with the cause and the remedy.
    """
    if WHATSAPP.match(given):
        raise refusal(f"{shown(given)} is a WhatsApp address. Leave out whatsapp: and choose that channel.")
    if "@" not in given:
        return read_number(given, reader)
    mail = given.strip()
    if not _MAIL.fullmatch(mail) or not mail.isprintable():
        raise refusal(f"{shown(given)} is no mail address. Write one, like ada@example.org.")
    return mail
