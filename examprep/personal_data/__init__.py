"""What the service keeps of a person: handed out to them, and taken away.

`write_export` puts all of it into a ZIP file. `ask_for_erasure` has an account erased within a day, unless its person
thinks better of it until then; `erase_due` does it. What statistics of questions rest on stays, with nobody's name.
"""

from examprep.personal_data.erasing import ERASURE_DELAY, ask_for_erasure, cancel_erasure, erase, erase_due
from examprep.personal_data.exporting import export_to_file, write_export
from examprep.personal_data.logins import (
    Login,
    end_login,
    forget_ended_logins,
    is_fresh,
    list_logins,
    note_login,
)
from examprep.personal_data.retention import WARNING, warn_the_unused

__all__ = [
    "ERASURE_DELAY",
    "WARNING",
    "Login",
    "ask_for_erasure",
    "cancel_erasure",
    "end_login",
    "erase",
    "erase_due",
    "export_to_file",
    "forget_ended_logins",
    "is_fresh",
    "list_logins",
    "note_login",
    "warn_the_unused",
    "write_export",
]
