"""Whether knowledge is due for review at a date."""

from datetime import date

import msgspec

from hepalith.domain.assessment import Basis


def dated(basis: Basis, as_of: date) -> Basis:
    """The basis, marked as overdue if its review was due before the date."""
    if basis.review_by and basis.review_by < as_of.isoformat():
        return msgspec.structs.replace(basis, overdue=True)
    return basis
