"""The only writers of the room, one module per noun; the map of the call is in call.py."""

from .call import CALL_STEPS, close_call, create_call, create_wave, edit_settings, new_settings, publish_call
from .letters import names_of, propose_letter_terms
from .postponement import delay_wave, postpone_wave

__all__ = [
    "CALL_STEPS",
    "close_call",
    "create_call",
    "create_wave",
    "delay_wave",
    "edit_settings",
    "names_of",
    "new_settings",
    "postpone_wave",
    "propose_letter_terms",
    "publish_call",
]
