"""The fixed words of the patient's screen in a language."""

from __future__ import annotations

from usbio.patient_scene import PatientWords
from usbio.texts import Text, Texts


def patient_words(texts: Texts) -> PatientWords:
    """Return the words that stand beside shapes and ring, said once for a whole visit."""
    say = texts.say
    return PatientWords(
        left=say(Text("patient.side.left")),
        right=say(Text("patient.side.right")),
        target=say(Text("patient.target")),
        ceiling=say(Text("patient.ceiling")),
        second=say(Text("patient.second")),
        held=say(Text("patient.held", age_s="{age_s}")),  # put in while it is shown
        quiet=say(Text("patient.io.quiet")),
        joining=say(Text("patient.io.joining")),
        unsure=say(Text("patient.io.not_decidable")),
        too_much=say(Text("patient.less")),
        passed=say(Text("patient.last.passed")),
        not_passed=say(Text("patient.last.not_passed")),
        not_decidable=say(Text("patient.last.not_decidable")),
    )
