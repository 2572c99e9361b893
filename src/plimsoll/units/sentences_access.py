# ruff: noqa: E501
# fmt: off
"""The sentences of the doors: who may, what needs a second pair of eyes, what the API, its webhooks and imports refuse."""

from typing import Final

ACCESS: Final[dict[str, tuple[str, str]]] = {
    # Who may
    "absent": ("找不到该对象，或您无权查看。请核对编号。", "There is nothing of that name, or you may not see it. Check the id."),
    "permission_missing": ("您没有执行此操作的权限。请联系管理员授予相应角色。", "You do not hold the permission for this. Ask an administrator for a role that has it."),
    # The HTTP API
    "path_unknown": ("没有该地址。请对照接口文档。", "There is nothing at this path. Look it up in the API reference."),
    "method_not_taken": ("该地址不接受此方法。请使用 Allow 标头中的方法。", "This path does not take that method. Use one of those in the Allow header."),
    "sign_in_needed": ("请先出示凭证。请在 Authorization 标头中带上 API 密钥。", "Nobody was recognised. Send an API key in the Authorization header."),
    "body_missing": ("缺少请求正文。请发送一个 JSON 对象。", "The body is missing. Send a JSON object."),
    "body_not_taken": ("此操作不接受请求正文。请去掉正文。", "This operation takes no body. Leave it out."),
    "body_too_large": ("请求正文超过 1,000,000 字节。请分成几次发送。", "The body is more than 1,000,000 bytes. Send it in parts."),
    "body_not_utf8": ("请求正文不是 UTF-8。请以 UTF-8 编码。", "The body is not UTF-8. Encode it so."),
    "body_marked": ("请求正文以字节顺序标记开头。请去掉标记。", "The body begins with a byte order mark. Leave it out."),
    "content_type_wrong": ("不接受该内容类型。请使用 application/json。", "That content type is not taken. Use application/json."),
    "json_too_deep": ("JSON 嵌套超过 20 层。请减少层数。", "The JSON is nested more than 20 deep. Make it flatter."),
    "json_too_many": ("JSON 含有超过 10,000 项。请分成几次发送。", "The JSON has more than 10,000 items. Send it in parts."),
    "key_duplicate": ("同一对象中某个键出现两次，含义不明。请只写一次。", "A key stands twice in one object, so it could mean either. Write it once."),
    "number_not_finite": ("NaN 和 Infinity 不是数值。请改正。", "NaN and Infinity are no numbers. Correct it."),
    "number_too_large": ("整数超出 64 位范围。请核对。", "The whole number does not fit 64 bits. Check it."),
    "text_unseen": ("文本含有不可见的控制字符或改变方向的字符。请删除这些字符。", "The text holds control characters or marks that turn its direction. Remove them."),
    "text_not_composed": ("文本不是 NFC 规范形式，看起来相同的文字可能不同。请先规范化。", "The text is not in composed form (NFC), so what looks the same may differ. Normalise it first."),
    "query_malformed": ("查询参数无法识别。请对照接口文档。", "A query parameter cannot be read. Look it up in the API reference."),
    "expand_unknown": ("不能展开该项：只接受所列名称，最深两层，最多八项。请对照接口文档。", "That cannot be expanded: only the names listed, two deep, at most eight. Look them up in the API reference."),
    "cursor_malformed": ("游标无法识别或已被改动。请使用答复中的 next_cursor。", "The cursor cannot be read, or was altered. Use the next_cursor of an answer."),
    "cursor_of_other_list": ("游标属于另一个列表或筛选条件。请用相同条件翻页。", "The cursor belongs to another list or filter. Go on with the same one."),
    "version_unknown": ("不认识该接口版本。请使用文档中列出的日期。", "That version of the API is not known. Use one of the dates in the reference."),
    "header_twice": ("该标头只能出现一次。请只发送一次。", "That header may stand only once. Send it once."),
    "header_not_taken": ("不接受该标头。请去掉它。", "That header is not taken. Leave it out."),
    "header_too_large": ("标头过长。请缩短。", "The headers are too long. Shorten them."),
    "idempotency_key_missing": ("更改需要 Idempotency-Key 标头，否则重试可能重复入账。请为每次操作生成一个新键，重试时沿用。", "A change needs an Idempotency-Key header, or a retry might do it twice. Make a new key for each action and keep it when you retry."),
    "idempotency_key_malformed": ("Idempotency-Key 无法识别：1 至 120 个可见 ASCII 字符，可加引号。请更换。", "The Idempotency-Key cannot be read: 1 to 120 visible ASCII characters, in quotes or bare. Choose another."),
    "idempotency_in_progress": ("带有该键的请求仍在处理。请稍候，用同一个键重试。", "A request with that key is still running. Wait a moment and send it again with the same key."),
    "idempotency_key_reused": ("该键已用于另一项操作。请为新的操作使用新的键。", "That key was used for something else. Use a new key for a new action."),
    "if_match_missing": ("更改需要 If-Match 标头，以免覆盖他人的更改。请带上读取时的 ETag。", "This change needs an If-Match header, or it might overwrite somebody else. Send the ETag that you read."),
    "version_passed": ("对象在您读取之后已被更改。请重新读取后再改。", "The object was changed after you read it. Read it again, then change it."),
    "rate_exceeded": ("请求过于频繁。请按 Retry-After 等待后重试。", "Too many requests. Wait as long as Retry-After says, then try again."),
    "mode_read_only": ("该服务只读，不接受更改。请使用可写的服务。", "This server only reads. Use one that takes changes."),
    "closing": ("服务正在停止。请稍候，用同一个键重试。", "The server is stopping. Wait a moment and send it again with the same key."),
    "internal": ("服务出错，没有泄露细节。请提供 request_id 联系运维。", "Something went wrong on our side. Tell an operator the request_id."),
    # Who asks
    "not_recognised": ("无法识别您的身份：密钥或会话无效。请重新登录，或更换密钥。", "The key or session is not known, or holds no longer. Sign in again, or use another key."),
    "session_ended": ("会话已结束：已退出、长时间未使用或已达最长时限。请重新登录。", "The session is over: signed out, unused for too long, or as old as one may be. Sign in again."),
    "key_of_another_mode": ("密钥与环境不符：测试密钥只能用于沙箱，正式密钥只能用于生产。请使用对应环境的密钥。", "The key is of another mode: test keys work in a sandbox only, live keys in a live house only. Use a key of this house."),
    "address_not_allowed": ("该密钥不允许从此网络地址使用。请从登记的网络访问，或由管理员更换密钥。", "The key may not be used from this address. Call from a network it is bound to, or have it rotated to other networks."),
    "asked_too_fast": ("请求过于频繁。请按提示的秒数等待后再试。", "That was asked too often in a short time. Wait for the seconds that are told, then ask again."),
    # Test clocks
    "clock_unknown": ("没有该编号的测试时钟。请用列表核对编号。", "There is no test clock of that id. Look it up in the list."),
    "clock_in_live": ("正式环境不能使用测试时钟。请在沙箱中使用。", "A house that lends real money has no test clocks. Use one in a sandbox."),
    "clock_book_in_live": ("该账簿属于测试时钟，不能作为正式账簿打开。请换用正式账簿。", "This book belongs to a test clock and is no book of record. Open another book."),
    "clock_name_malformed": ("时钟名称应为 1 至 200 个可显示的字符。请修改名称。", "The name of a clock has 1 to 200 printable characters. Give another one."),
    "clock_too_many": ("测试时钟数量已达上限。请先删除不用的时钟。", "There are as many test clocks as a house keeps. Delete one that is not used."),
    "clock_too_many_open": ("同时使用的测试时钟过多。请稍后再试。", "Too many test clocks are in use at the moment. Try again in a minute."),
    "clock_only_forward": ("测试时钟只能向前移动。请给出更晚的时间，或另建时钟。", "A test clock only moves forward. Give a later instant, or make another clock."),
    "clock_too_far": ("一次移动的天数过多。请分几次移动。", "That is further than one advance goes. Go in several steps."),
    "clock_advancing": ("测试时钟正在移动，期间不接受操作。请等它停下后再试。", "The clock is being moved, and takes nothing meanwhile. Wait until it stands still."),
    "clock_stop_unknown": ("不认识该事件类型，无法据此停止。请使用列出的类型。", "An advance does not stop at events of that type. Use one of those listed."),
    "clock_at_malformed": ("时间应带时区，如 2026-12-01T00:00:00+08:00。请修改。", "An instant has a date, a time and a zone, such as 2026-12-01T00:00:00+08:00. Give one."),
}
