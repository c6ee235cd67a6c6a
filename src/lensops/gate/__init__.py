"""The gate: findings and readings in, one verdict out; what a branch changes of its own policy."""

from lensops.gate.decide import decide
from lensops.gate.inputs import (
    CaseFacts,
    InputChange,
    MonitorInputs,
    RecordedRow,
    Scores,
    SuiteInputs,
    monitor_input_changes,
    suite_input_changes,
)
from lensops.gate.loosened import loosened_input, loosened_policy, renamed_eval
from lensops.gate.next_command import EXAMPLE, RECORD, next_command
from lensops.gate.protected import Approval, changed_keys, protected_finding
from lensops.gate.result import GateResult
from lensops.gate.unevaluated import unevaluated_findings

__all__ = [
    "EXAMPLE",
    "RECORD",
    "Approval",
    "CaseFacts",
    "GateResult",
    "InputChange",
    "MonitorInputs",
    "RecordedRow",
    "Scores",
    "SuiteInputs",
    "changed_keys",
    "decide",
    "loosened_input",
    "loosened_policy",
    "monitor_input_changes",
    "next_command",
    "protected_finding",
    "renamed_eval",
    "suite_input_changes",
    "unevaluated_findings",
]
