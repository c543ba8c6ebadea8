"""The tests in which no line is noted."""

from __future__ import annotations

UNMEASURED = (
    "sending/test_machine.py",
    "sending/test_skipping.py",
    "sending/test_two_sends.py",
    "durability/test_disk_inbox.py",
    "durability/test_failing_disk.py",
    "receiving/test_fuzz_json.py",
    "durability/test_order_of_calls.py",
    "receiving/test_schemathesis.py",
    "sending/test_many_killed.py",
    "sending/test_isolation_search.py",
    "matrix/test_matrix.py",
    "osr/test_properties.py",
    "promises/test_load.py",
    "readers/test_advies_spelling.py",
    "readers/test_edexml_memory.py",
    "readers/test_fuzz_xml.py",
    "readers/test_many.py",
    "readers/test_csv_forms.py::test_the_largest_file_is_read",
)
"""What does the same thing thousands of times. Noting each line makes that take two to five times as long, and what it reaches
is reached by other tests as well: the bounds of `tools/check --long` on coverage hold without it."""
