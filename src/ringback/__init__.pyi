# The names of the package for type checkers; written by tests/test_exports.py.
from ringback.actions.cancel_message import CancelMessage as CancelMessage
from ringback.actions.cancel_verify import CancelVerify as CancelVerify
from ringback.actions.delete_message import DeleteMessage as DeleteMessage
from ringback.actions.get_message import GetMessage as GetMessage
from ringback.actions.list_messages import ListMessages as ListMessages
from ringback.actions.list_senders import ListSenders as ListSenders
from ringback.actions.list_verified_numbers import ListVerifiedNumbers as ListVerifiedNumbers
from ringback.actions.list_verify_services import ListVerifyServices as ListVerifyServices
from ringback.actions.redact_message import RedactMessage as RedactMessage
from ringback.actions.send_message import SendMessage as SendMessage
from ringback.actions.send_verify import SendVerify as SendVerify
from ringback.actions.send_verify_with_configuration import (
    SendVerifyWithConfiguration as SendVerifyWithConfiguration,
)
from ringback.actions.send_whatsapp_media_message import SendWhatsappMediaMessage as SendWhatsappMediaMessage
from ringback.actions.send_whatsapp_text_message import SendWhatsappTextMessage as SendWhatsappTextMessage
from ringback.actions.verify_code import VerifyCode as VerifyCode
from ringback.app import Ringback as Ringback

__version__: str
