"""What tests need of a bad peer beyond what the simulator plays: worse certificates, withdrawn ones, keys of any size."""

from __future__ import annotations

from .certificates import DEFECTS, Flaw, crl_bundle, issue_defect, make_crl
from .rsa_keys import rsa_key

__all__ = ["DEFECTS", "Flaw", "crl_bundle", "issue_defect", "make_crl", "rsa_key"]
