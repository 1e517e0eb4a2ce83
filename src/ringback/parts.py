"""What the composition root joins, as the connector is handed it."""

from dataclasses import dataclass

from ringback.accounts import Accounts
from ringback.api_keys import ApiKeys
from ringback.clock import Clock
from ringback.outbox.dispatcher import Dispatcher
from ringback.outbox.expiry import Expiry
from ringback.outbox.polling import Polling
from ringback.outbox.reconcile import Reconcile
from ringback.outbox.retention import Retention
from ringback.outbox.throughput import Throughput
from ringback.outbox.vitals import Vitals
from ringback.perform import Perform
from ringback.sealing import Sealing
from ringback.sending_again import SendingAgain
from ringback.store import Store
from ringback.verifications import Verifications
from ringback.webhooks.status import StatusCallbacks


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the composition root joins."""

    store: Store
    accounts: Accounts
    verifications: Verifications
    perform: Perform
    dispatcher: Dispatcher
    throughput: Throughput
    polling: Polling
    reconcile: Reconcile
    expiry: Expiry
    retention: Retention
    keys: ApiKeys
    sealing: Sealing
    sending_again: SendingAgain
    callbacks: StatusCallbacks
    vitals: Vitals
    clock: Clock
