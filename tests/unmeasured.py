"""The tests in which no line is noted."""

from __future__ import annotations

UNMEASURED = (
    "delivery/test_machine.py",
    "delivery/test_skipping.py",
    "delivery/test_two_sends.py",
    "inkomend/test_disk.py",
    "inkomend/test_failing_disk.py",
    "inkomend/test_fuzz.py",
    "inkomend/test_order_of_calls.py",
    "inkomend/test_schemathesis.py",
    "isolation/test_many.py",
    "isolation/test_search.py",
    "matrix/test_matrix.py",
    "osr/test_properties.py",
    "promises/test_load.py",
    "readers/test_advies_spelling.py",
    "readers/test_edexml_memory.py",
    "readers/test_fuzz_xml.py",
    "readers/test_many.py",
    "unit/test_tables.py::test_the_largest_file_is_read",
)
"""What does the same thing thousands of times. Noting each line makes that take two to five times as long, and what it reaches
is reached by other tests as well: the bounds of .ci/run on coverage hold without it."""
