"""The decision table in its order: the first rule that fires decides one try. Source: BLOCKING.md e.3."""

from collections.abc import Callable

from pipelines.detectors.reachability import rules_answer as answer
from pipelines.detectors.reachability import rules_artefact as artefact
from pipelines.detectors.reachability import rules_line as line
from pipelines.detectors.reachability import rules_path as path
from pipelines.detectors.reachability.case import Case, Ruling

RULES_VERSION = "reachability-3"

# R6 is the absence of a rule: a strange certificate at a strange address goes on to the rules of names.
# R28 to R30 stand before R11, which gives way to them.
RULES: tuple[Callable[[Case], Ruling | None], ...] = (
    line.r0_line_is_down,
    line.r1_country_is_cut_off,
    line.r2_control_is_unknown,
    line.r3_too_many_fail_at_once,
    artefact.r4_known_interception,
    artefact.r5_unknown_interception,
    answer.r7_challenge,
    answer.r8_server_451,
    answer.r9_geo_block,
    answer.r10_parked_or_suspended,
    path.r28_frozen,
    path.r29_slow,
    path.r30_slow_line,
    answer.r11_answered,
    artefact.r12_blockpage_address,
    artefact.r13_bogon,
    artefact.r14_shared_sinkhole,
    artefact.r15_cleartext_451,
    artefact.r16_block_page,
    artefact.r17_injected_bytes,
    answer.r18_domain_is_gone,
    answer.r19_host_suspended,
    answer.r20_same_bad_certificate,
    answer.r21_down_for_all,
    path.r22_names_lie,
    path.r23_no_connection,
    path.r24_server_name_filtered,
    path.r26_tls_broken_for_any_name,
    path.r27_host_header_filtered,
    answer.r30a_same_cleartext,
    answer.r31_different_cleartext,
    answer.r32_server_complains,
    line.r33_nothing_fits,
)


def decide(case: Case) -> Ruling:
    """The ruling of the first rule that fires; R33 always does."""
    return next(ruling for rule in RULES if (ruling := rule(case)) is not None)
