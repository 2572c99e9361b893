# ruff: noqa: E501
# fmt: off
"""Refusals about the credit bureau, sanctions, limitation and shared cases: a part of the closed list in `units/sentences.py`."""

from typing import Final

CREDIT: Final[dict[str, tuple[str, str]]] = {
    "court_step_unknown": ("不认识该诉讼或执行步骤。请从列出的步骤中选择。", "That step of court proceedings is not known. Choose one of those listed."),
    "court_step_out_of_order": ("该步骤与已登记的诉讼进程不衔接，或早于上一步。请核对步骤和日期。", "The step does not follow what is on file about the proceedings, or is earlier than that. Check step and day."),
    "adverse_notice_missing": ("尚未就该笔逾期向借款人送达告知，不得报送不良信息，也不得惩戒。请先告知。", "No notice of this default has reached the borrower, so nothing adverse is reported and no sanction falls. Give notice first."),
    "adverse_notice_waiting": ("告知送达后的等待天数未满，暂不报送或惩戒。请待期满。", "The days to pay or object after the notice have not passed. Wait until they have."),
    "adverse_notice_given": ("该笔逾期的告知已发出，不重复告知。如未送达，请先登记送达失败。", "Notice of this default is given already. If it did not arrive, record that it failed and give it by another channel."),
    "adverse_notice_unknown": ("没有该编号的告知。请核对编号。", "There is no notice of that name. Check it."),
    "record_disputed": ("该笔记录有未答复的异议，暂不新增不良报送或惩戒。请先答复异议。", "What is said of the loan is disputed, so nothing is added to it. Answer the dispute first."),
    "hardship_open": ("困难申请正在处理，期间不作惩戒。请先作出决定。", "A request for help is being looked at, so no sanction falls meanwhile. Decide on it first."),
    "complaint_open": ("有未了结的相关投诉，期间不作惩戒。请先办结投诉。", "A complaint about this is open, so no sanction falls meanwhile. Close the complaint first."),
    "sanction_spares_vulnerable": ("按制度，脆弱客户在此阶段不作该项惩戒。请改用帮扶措施。", "The policy spares a vulnerable borrower this sanction at this stage. Offer help instead."),
    "sanction_too_early": ("逾期天数未到该项惩戒的起点。请待到期后再办理。", "The loan is not late enough for this sanction. Wait, or take a milder step."),
    "sanction_unknown": ("不认识该项惩戒。请从列出的措施中选择。", "That sanction is not known. Choose one of those listed."),
    "sanction_standing": ("该项惩戒已在执行，不能重复施加。", "That sanction stands already and does not fall twice."),
    "sanction_missing": ("没有因该笔借款而执行的限制用信。请核对。", "No restriction of use stands because of that loan. Check which one it was."),
    "month_not_over": ("该月份尚未结束，不能报送。请在月末后报送。", "The month is not over, so it cannot be reported. Report it after its last day."),
    "month_reported": ("该客户的该月份或之后的月份已报送。更正请通过异议或下月报送。", "That month of the customer, or a later one, is reported already. Correct it by a dispute or with the next report."),
    "record_malformed": ("报送内容无法识别。请用报送命令生成。", "The statements to be reported cannot be read. Have the report command make them."),
    "record_not_reported": ("该月份没有报送过该笔借款，无从更正。请核对月份。", "Nothing was reported of that loan for that month, so there is nothing to correct. Check the month."),
    "dispute_unnamed": ("异议的编号为空或过长。请提供 1 至 64 个字符的编号。", "The dispute has no id, or one that is too long. Give it 1 to 64 characters."),
    "dispute_exists": ("该异议编号已经使用。请更换编号。", "A dispute with that id is on file. Choose another."),
    "dispute_cause_unknown": ("不认识该异议事由。请从规则列出的事由中选择。", "What the dispute is about is not one of the rule's causes. Choose one that is listed."),
    "dispute_unknown": ("没有该异议。请核对编号。", "There is no such dispute. Check its id."),
    "dispute_answered": ("该异议已经答复。如仍有异议请另行提出。", "The dispute is answered. If it is still wrong, open another."),
    "dispute_outcome_unknown": ("异议的结论只能是成立、部分成立或不成立。请选择其一。", "A dispute is upheld, partly upheld or rejected. Name one of them."),
    "reference_missing": ("没有指明依据文件的存放编号。请补充。", "No reference to the document it rests on is given. Add it."),
    "correction_missing": ("异议成立而没有更正内容。请写明更正的月份，或说明无须更正报送。", "The dispute is upheld and nothing is corrected. Name the months that were wrong, or say that nothing reported has to change."),
    "correction_malformed": ("更正内容无法识别：须为“月份=代码”，且异议成立。请改正。", "The correction cannot be read: it is a month and a letter such as 2026-05=N, of a dispute that is upheld. Correct it."),
    "limitation_interruption_unknown": ("该事由不中断诉讼时效，或由系统自行识别。请从列出的事由中选择。", "That does not interrupt limitation, or is seen by itself. Choose one of those listed."),
    "anonymity_below_minimum": ("匿名化的最小组低于制度下限，可能识别到个人。请提高 k 值。", "Groups that small could point at a person; the policy asks for larger ones. Raise k."),
}
