"""Templates 4.1 and 4.2, collateral, guarantees, their enforcement, and mortgages: headings only, for nothing is secured.

4,31 to 4,33 stand in the order of one of the two lists; the other gives them no index.
"""

from typing import Final

from plimsoll.disposal.eba.field import AMOUNT, CHOICE, COUNTRY, CURRENCY, DAY, TEXT, WHOLE_NUMBER, YES_NO, Field

_MUST, _MAY = True, False
PROTECTION: Final = tuple(
    Field(f"4,{number:02d}", name, is_mandatory, form)
    for number, (name, is_mandatory, form) in enumerate(
        (
            ("Protection Identifier", _MUST, TEXT),
            ("Type of immovable property", _MUST, CHOICE),
            ("Type of movable property, other collateral and guarantee", _MUST, CHOICE),
            ("Address of immovable property", _MUST, TEXT),
            ("City of immovable Property", _MUST, TEXT),
            ("Immovable property Postcode", _MUST, TEXT),
            ("Immovable property Country", _MUST, COUNTRY),
            ("Immovable property collateral cadaster identification number", _MAY, TEXT),
            ("Cadaster identification", _MAY, TEXT),
            ("Lien position", _MUST, WHOLE_NUMBER),
            ("Higher Ranking Loan", _MUST, AMOUNT),
            ("Register of Deeds Number", _MAY, TEXT),
            ("Year of construction", _MAY, WHOLE_NUMBER),
            ("Building Area (M2)", _MAY, WHOLE_NUMBER),
            ("Land Area (M2)", _MAY, WHOLE_NUMBER),
            ("Completion of immovable property", _MAY, YES_NO),
            ("Value of Energy Performance Certificate", _MAY, CHOICE),
            ("Type of Occupancy", _MAY, CHOICE),
            ("Currency of collateral and guarantee", _MUST, CURRENCY),
            ("Latest Internal Valuation Amount", _MUST, AMOUNT),
            ("Date of Latest Internal Valuation", _MUST, DAY),
            ("Type of Appraisal Amount for the Latest Internal Valuation", _MUST, CHOICE),
            ("Type of Latest Internal Valuation", _MAY, CHOICE),
            ("Latest External Valuation Amount", _MUST, AMOUNT),
            ("Date of Latest External Valuation", _MUST, DAY),
            ("Type of Appraisal Amount for the Latest External Valuation", _MUST, CHOICE),
            ("Type of Latest External Valuation", _MAY, CHOICE),
            ("Financial Guarantee Amount", _MUST, AMOUNT),
            ("ISIN", _MAY, TEXT),
            ("Enforcement Status", _MUST, YES_NO),
            ("Enforcement Status Third Parties", _MAY, YES_NO),
            ("Jurisdiction of Court", _MUST, COUNTRY),
            ("Currency of Enforcement", _MAY, CURRENCY),
            ("Indicator of Enforcement", _MAY, YES_NO),
            ("Court Appraisal Amount", _MUST, AMOUNT),
            ("Date of Court Appraisal", _MUST, DAY),
            ("Cash in court", _MAY, AMOUNT),
            ("Sale Agreed Price", _MUST, AMOUNT),
            ("Next Auction Date", _MUST, DAY),
            ("Court Auction Reserve Price for Next Auction", _MUST, AMOUNT),
            ("Last Auction Date", _MUST, DAY),
            ("Court Auction Reserve Price for Last Auction", _MAY, AMOUNT),
            ("Number of Failed Auctions", _MAY, WHOLE_NUMBER),
        )
    )
)
MORTGAGE: Final = (
    Field("4,43", "Mortgage Identifier", _MUST, TEXT),
    Field("4,44", "Mortgage amount", _MUST, AMOUNT),
    Field("4,45", "Lien position", _MUST, WHOLE_NUMBER),
    Field("4,46", "Higher ranking loan", _MUST, AMOUNT),
    Field("4,47", "Register of Deeds Number", _MAY, TEXT),
)
