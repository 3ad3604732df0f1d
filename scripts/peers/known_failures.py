"""Cases of the suites that fail here for a reason, with the reason, and those whose passes prove nothing."""

from __future__ import annotations

import re

_CRM = "there is no CRM here, and a method that does not exist is refused before permissions and parameters"
_TELEPHONY = "there is no telephony here, and a method that does not exist is refused before rights are looked at"
_PRODUCTS = "it calls methods of the CRM, tasks, mail, timekeeping or the event log, which are not here"
_SDK_ALONE = "it is about what the SDK itself does: the case answers its own requests, or stops them after 1 ms"

KNOWN: dict[str, list[tuple[str, str]]] = {
    "b24pysdk": [
        (r"test_errors test_error_bitrix_api_(unauthorized|method_confirm_waiting)\b", _TELEPHONY),
        (r"test_errors test_error_bitrix_api_(invalid_arg_value|insufficient_scope)\b", _CRM),
        (
            r"test_errors test_error_bitrix_api_bad_request\b",
            "the case compares the code with a marker that no code equals; any code fails it",
        ),
        (r"test_disk_(folder|storage) test_disk_\w+_getfields\b", "the drive has no descriptions of fields"),
        (
            r"test_server test_server_time\b",
            "the documented format has whole seconds, which begin before the call did",
        ),
        (r"_request_timeout\b", "the case allows 0.1 ms, within which the server may have responded"),
    ],
    "b24phpsdk": [
        (r"MainTest testGuardValidateCurrentAuthToken$", "the suite gives its SDK a text where that wants `Endpoints`"),
        (
            r"MainTest testGet(Available|Current)Scope$",
            "the SDK refuses permissions that it does not know, `booking` first",
        ),
        (r"UserTest testAdd$", "it adds a person with the address that `testUpdate` took within the same second"),
        (
            r"DepartmentTest testAllSystemFieldsAnnotated$",
            "it needs typhoon/reflection, which Composer brings and Debian has not",
        ),
    ],
    "b24jssdk": [
        (r"^test/integration/core/limiters-\S+ ", _SDK_ALONE),
        (r"^test/integration/frame/parent-message\S* ", "the suite has not written it: `@todo init B24Frame`"),
        (r"^test/integration/core/(actions-v[23]-\w+|deprecated-call)\.spec\.ts ", _PRODUCTS),
        (r"^test/integration/js-docs/actions-v[23]\.spec\.ts ", _PRODUCTS),
    ],
}
"""Suite → patterns of `place name`, and why these cases fail."""


def reason(suite: str, place: str, name: str) -> str:
    """Why a case is expected to fail; ``""`` where it is not."""
    case = f"{place} {name}"
    return next((why for pattern, why in KNOWN.get(suite, []) if re.search(pattern, case)), "")


ERROR_ONLY: dict[str, list[str]] = {
    "b24pysdk": [
        r"test_im_chat test_chat_update_avatar\b",
        r"test_im_disk test_disk_file_",
        r"test_im_message test_message_(command|share)\b",
    ],
    "b24jssdk": [
        r"^test/integration/core/actions-v3-batch\.spec\.ts .*!isSuccess",
        r"^test/integration/core/actions-v3-call\.spec\.ts .*!isSuccess fail Id",
    ],
}
"""Suite → patterns of `place name` of cases that pass by any error, that of a method which is not here too."""


def passes_by_any_error(suite: str, place: str, name: str) -> bool:
    """Whether a case that passes proves no more than that a call failed."""
    return any(re.search(pattern, f"{place} {name}") for pattern in ERROR_ONLY.get(suite, []))
