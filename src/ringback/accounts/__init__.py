"""Connected accounts: connect, test, change, rotate, remove, and open one for use."""

from ringback.accounts.capabilities import Report, Unreadable
from ringback.accounts.connected import Connected
from ringback.accounts.fields import AccountChange, NewAccount, Rotation
from ringback.accounts.register import Accounts

__all__ = ["AccountChange", "Accounts", "Connected", "NewAccount", "Report", "Rotation", "Unreadable"]
