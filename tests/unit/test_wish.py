"""Which messages are for us, and what is to be drawn."""

# ruff: noqa: RUF001 - full-width characters are what people type

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.line.contents import Mention, Text
from app.line.events import ChatKind
from app.reading.prefixes import prefix_shown
from app.reading.wish import Addressing, Wish, addressed, clean, prompt_of, wish_of

PREFIXES = ["畫", "draw", "/draw"]
MORE_PREFIXES = ["描いて", "ドロー", "วาด", "그려", "!", "malé", "Paint It"]


def text_of(said, *mentioned, others=()):
    """Build a text as LINE sends it: each of `mentioned` names the bot, each of `others` somebody else."""
    mentions = [_mention(said, name, is_self=True) for name in mentioned]
    mentions += [_mention(said, name, is_self=False) for name in others]
    return Text(id="1", text=said, mentions=tuple(mentions))


def said_to_us(text, **around):
    """Return what of a message in a group is to be drawn; None where it is not for us."""
    called = addressed(text, **around)
    return called[2] if called else None


def _mention(said, name, *, is_self):
    before = said[: said.index(name)]
    return Mention(index=_units(before), length=_units(name), is_self=is_self, is_all=False, user_id=None)


def _units(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize(
    ("said", "prompt"),
    [
        # Words of scripts with spaces stand apart.
        ("draw a cat", "a cat"),
        ("Draw a cat", "a cat"),
        ("DRAW A CAT", "A CAT"),
        ("/draw a cat", "a cat"),
        ("/Draw: a cat", "a cat"),
        ("draw:a cat", "a cat"),
        ("draw,a cat", "a cat"),
        ("draw，cat", "cat"),
        ("draw：貓", "貓"),
        ("draw、貓", "貓"),
        ("draw､貓", "貓"),
        ("draw\na cat", "a cat"),
        ("draw\r\na cat\r\nin a hat", "a cat\nin a hat"),
        ("draw\u3000cat", "cat"),
        ("draw\u200bcat", "cat"),
        ("  draw , : a cat  ", "a cat"),
        ("\u200b\ufeffdraw a cat", "a cat"),
        ("draw貓", "貓"),
        ("draw🐱", "🐱"),
        ("draw「貓」", "「貓」"),
        ('draw"cat"', '"cat"'),
        ("draw (a cat)", "(a cat)"),
        ("draw draw", "draw"),
        ("draw draw a cat", "draw a cat"),
        ("draw an ＡＢＣ in １２３", "an ＡＢＣ in １２３"),
        ("ｄｒａｗ　ＡＢＣ", "ＡＢＣ"),
        ("／ｄｒａｗ　貓", "貓"),
        ("ﾄﾞﾛｰ ネコ", "ネコ"),
        ("Paint it black", "black"),
        ("PAINT IT: black", "black"),
        ("MALÉ cat", "cat"),
        ("male\u0301 cat", "cat"),
        ("!cat", "cat"),
        ("！cat", "cat"),
        # Words of scripts without spaces need not.
        ("畫一隻貓", "一隻貓"),
        ("畫 一隻貓", "一隻貓"),
        ("畫：一隻貓", "一隻貓"),
        ("畫，一隻貓", "一隻貓"),
        ("畫面具", "面具"),
        ("畫風景", "風景"),
        ("畫展翅的老鷹", "展翅的老鷹"),
        ("畫質感好的沙發", "質感好的沙發"),
        ("畫皮卡丘", "皮卡丘"),
        ("畫 面，宵夜", "面，宵夜"),
        ("畫、一隻貓", "一隻貓"),
        ("畫\n一隻貓\n在屋頂上", "一隻貓\n在屋頂上"),
        ("畫　一隻　貓", "一隻　貓"),
        ("畫a cat", "a cat"),
        ("畫👩‍🚀在月球", "👩‍🚀在月球"),
        ("描いて猫", "猫"),
        ("描いて、猫", "猫"),
        ("ドロー猫", "猫"),
        ("วาดแมว", "แมว"),
        ("วาด แมวใส่หมวก", "แมวใส่หมวก"),
        ("그려 고양이", "고양이"),
        # The prefix alone: for us, but nothing to draw.
        ("draw", ""),
        ("draw:", ""),
        ("/draw   ", ""),
        ("畫", ""),
        ("畫 \u200b\u200d", ""),
        ("วาด", ""),
    ],
)
def test_prefix(said, prompt):
    """In a group a prefix makes a message a wish, and the rest is the prompt, as it was typed."""
    assert said_to_us(text_of(said), prefixes=PREFIXES + MORE_PREFIXES, quotes_us=False) == prompt


@pytest.mark.parametrize(
    "said",
    ["畫一張圖", "畫畫", "draw it again", "draw me a picture", "draw please", "描いて、お願い", "วาดรูป", "วาดใหม่"],
)
@pytest.mark.parametrize("quotes_us", [False, True])
def test_a_prefix_that_is_part_of_a_command(said, quotes_us):
    """What a command begins with is not taken off it: its rest would be drawn, 一張圖 or "a picture"."""
    assert said_to_us(text_of(said), prefixes=PREFIXES + MORE_PREFIXES, quotes_us=quotes_us) == said


@pytest.mark.parametrize(
    "said",
    [
        "",
        " ",
        "good morning",
        "早安",
        "drawing a cat",
        "drawn",
        "drawer",
        "draws",
        "draw2 cat",
        "draw_cat",
        "draw-off",
        "draw's",
        "draw.io",
        "draw?",
        "draw\u0301 a cat",
        "drawは難しい",
        "redraw a cat",
        "please draw a cat",
        "//draw a cat",
        "/drawing",
        "/ draw",
        "我畫一隻貓",
        "畫面好美喔",
        "畫得真好！",
        "畫的很像耶",
        "畫質好差",
        "畫風好可愛",
        "畫展到幾號？",
        "畫完了嗎",
        "畫了好久",
        "male cat",
        "paint a cat",
        "ﾄ ネコ",
        "ว",
        "@Easel draw a cat",
    ],
)
def test_not_for_us(said):
    """In a group a message that does not call us is left alone."""
    assert said_to_us(text_of(said), prefixes=PREFIXES + MORE_PREFIXES, quotes_us=False) is None


@pytest.mark.parametrize(
    ("said", "name", "prompt"),
    [
        ("@Easel a red fox", "@Easel", "a red fox"),
        ("@Easel", "@Easel", ""),
        ("@Easel  \n", "@Easel", ""),
        ("a red fox @Easel", "@Easel", "a red fox"),
        ("a red @Easel fox", "@Easel", "a red fox"),
        ("請 @Easel 畫一隻貓", "@Easel", "請 畫一隻貓"),
        ("請@Easel畫一隻貓", "@Easel", "請畫一隻貓"),
        ("@Easel, a red fox", "@Easel", "a red fox"),
        ("@Easel：一隻貓", "@Easel", "一隻貓"),
        ("@Easel\n一隻貓", "@Easel", "一隻貓"),
        ("@Easel draw a cat", "@Easel", "a cat"),
        ("@Easel drawing of a cat", "@Easel", "drawing of a cat"),
        ("@Easel /draw a cat", "@Easel", "a cat"),
        ("@Easel 畫 一隻貓", "@Easel", "一隻貓"),
        ("@Easel 畫一隻貓", "@Easel", "畫一隻貓"),
        ("@Easel 畫家在海邊", "@Easel", "畫家在海邊"),
        ("@Easel draw", "@Easel", ""),
        ("@畫畫小幫手 水彩風的貓", "@畫畫小幫手", "水彩風的貓"),
        ("🦦🎸 @Easel 🎨 水獺", "@Easel", "🦦🎸 🎨 水獺"),
        ("👨‍👩‍👧‍👦@Easel 家族写真", "@Easel", "👨‍👩‍👧‍👦 家族写真"),
        ("@イーゼル🎨 ギターを弾くカワウソ", "@イーゼル🎨", "ギターを弾くカワウソ"),
        ("@วาดรูป แมวใส่หมวก", "@วาดรูป", "แมวใส่หมวก"),
        ("＠Easel a fox", "＠Easel", "a fox"),
        ("see a@b.example @Easel", "@Easel", "see a@b.example"),
    ],
)
def test_mention(said, name, prompt):
    """A mention of us makes a message a wish wherever it stands, and is cut out of it."""
    assert said_to_us(text_of(said, name), prefixes=PREFIXES, quotes_us=False) == prompt


def test_mentions_of_others_stay():
    """The names of other people belong to the picture."""
    text = text_of("@Easel @Mei 騎著 @Ken 的腳踏車", "@Easel", others=["@Mei", "@Ken"])
    assert said_to_us(text, prefixes=PREFIXES, quotes_us=False) == "@Mei 騎著 @Ken 的腳踏車"


def test_two_mentions_of_us():
    """Whoever calls us twice is heard once."""
    said = "@Easel a fox @Easel"
    mentions = tuple(Mention(index=i, length=6, is_self=True, is_all=False, user_id=None) for i in (0, 13, 13))
    assert said_to_us(Text(id="1", text=said, mentions=mentions), prefixes=[], quotes_us=False) == "a fox"


def test_all_is_not_us():
    """A message to everybody is not for us."""
    mention = Mention(index=0, length=4, is_self=False, is_all=True, user_id=None)
    text = Text(id="1", text="@All good morning", mentions=(mention,))
    assert said_to_us(text, prefixes=PREFIXES, quotes_us=False) is None


@pytest.mark.parametrize("index", [1, 2, 4, 9, 10**9, 2**53])
def test_mention_at_wrong_place(index):
    """If LINE counted otherwise than we think, the name at the @ is cut all the same."""
    said = "🦦🦦 @Easel fox"
    mention = Mention(index=index, length=6, is_self=True, is_all=False, user_id=None)
    assert said_to_us(Text(id="1", text=said, mentions=(mention,)), prefixes=[], quotes_us=False) == "🦦🦦 fox"


def test_mention_without_a_name():
    """A mention that is nowhere in the text still calls us, and nothing is cut."""
    mention = Mention(index=0, length=3, is_self=True, is_all=False, user_id=None)
    assert said_to_us(Text(id="1", text="a fox", mentions=(mention,)), prefixes=[], quotes_us=False) == "a fox"


@pytest.mark.parametrize(
    ("said", "prompt"),
    [
        ("make it blue", "make it blue"),
        ("改成藍色", "改成藍色"),
        ("畫風改成水彩", "畫風改成水彩"),
        ("draw it bigger", "it bigger"),
        ("青くして", "青くして"),
        ("เปลี่ยนเป็นสีฟ้า", "เปลี่ยนเป็นสีฟ้า"),
        ("", ""),
    ],
)
def test_quote(said, prompt):
    """A message that quotes one of ours is a wish as it stands."""
    assert said_to_us(text_of(said), prefixes=PREFIXES, quotes_us=True) == prompt


@pytest.mark.parametrize(
    ("said", "prompt"),
    [
        ("一隻在彈吉他的水獺", "一隻在彈吉他的水獺"),
        ("畫一隻貓", "畫一隻貓"),
        ("draw a cat", "draw a cat"),
        ("/draw a cat", "a cat"),
        ("／Draw：貓", "貓"),
        ("/draw", ""),
        ("/drawing", "/drawing"),
        ("/help", "/help"),
        ("ギターを弾くカワウソ", "ギターを弾くカワウソ"),
        ("นากกำลังเล่นกีตาร์", "นากกำลังเล่นกีตาร์"),
        ("👩‍🚀❤️", "👩‍🚀❤️"),
        (", a cat", ", a cat"),
        ("a  cat", "a  cat"),
        ("\n a cat \n\n on a mat \t", "a cat \n\n on a mat"),
        ("a\tcat\x00\x07\x1b[0m", "a cat[0m"),
        ("a\x85b\u2028c\x0bd\re", "a\nb\nc\nd\ne"),
        ("貓\ud83d", "貓"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴\U000e0067\U000e0062\U000e007f"),
        ("\u202eabc", "abc"),
    ],
)
def test_one_to_one(said, prompt):
    """In a 1:1 chat all of a message is the prompt, but for a command before it."""
    assert prompt_of(text_of(said), prefixes=PREFIXES) == prompt


@pytest.mark.parametrize(
    "said", ["", " ", "\n\n", "\u3000", "\u200b", "\u200d\ufe0f", "\ufeff \u2060", "\u2800", "ㅤ", "\x00", "\ud800"]
)
def test_blank(said):
    """A message with nothing to see is nothing to draw."""
    assert prompt_of(text_of(said), prefixes=PREFIXES) == ""


@pytest.mark.parametrize(
    ("chat_kind", "said", "wish"),
    [
        (ChatKind.USER, "a cat", Wish(said="a cat", prompt="a cat")),
        (ChatKind.USER, " ", Wish(said="", prompt="")),
        (ChatKind.GROUP, "a cat", None),
        (ChatKind.GROUP, "draw a cat", Wish(said="draw a cat", prompt="a cat", call=Addressing.PREFIX)),
        (ChatKind.GROUP, "/draw a cat", Wish(said="a cat", prompt="a cat", call=Addressing.NAMED)),
        (ChatKind.GROUP, "/畫 一隻貓", Wish(said="一隻貓", prompt="一隻貓", call=Addressing.NAMED)),
        (ChatKind.USER, "／畫 一隻貓", Wish(said="一隻貓", prompt="一隻貓")),
        (ChatKind.ROOM, "a cat", None),
        (ChatKind.ROOM, "畫", Wish(said="畫", prompt="", call=Addressing.PREFIX)),
    ],
)
def test_wish(chat_kind, said, wish):
    """Alone with us everything is a wish; among others only what calls us."""
    assert wish_of(text_of(said), chat_kind=chat_kind, prefixes=PREFIXES, quotes_us=False) == wish


@pytest.mark.parametrize(
    "said",
    [
        "@painter a red fox",
        "@Painter: a red fox",
        "＠ＰＡＩＮＴＥＲ　a red fox",
        "@ painter a red fox",
        "@painter\na red fox",
        "hey @painter a red fox",
        "hi @Painter, a red fox",
        "欸 @painter a red fox",
        "ねえ、@painter a red fox",
        "สวัสดี @painter a red fox",
    ],
)
def test_our_name_typed_by_hand(said):
    """LINE's list of names often does not offer a bot's: typed at the start, it calls us as a mention does."""
    assert addressed(text_of(said), prefixes=[], quotes_us=False, bot_name="painter") == (
        Addressing.NAMED,
        "a red fox",
        "a red fox",
    )


@pytest.mark.parametrize("said", ["painter a fox", "@painters a fox", "ask @painter", "@paint", "a@painter", "@"])
def test_what_only_looks_like_our_name(said):
    """Others have names, too."""
    assert addressed(text_of(said), prefixes=[], quotes_us=False, bot_name="painter") is None


@pytest.mark.parametrize("prefixes", [[], [""], [" "]])
def test_no_prefixes(prefixes):
    """Without prefixes only a mention or a quote calls us."""
    assert said_to_us(text_of("draw a cat"), prefixes=prefixes, quotes_us=False) is None


def test_longest_prefix():
    """Of two prefixes that fit the longer one is meant."""
    assert said_to_us(text_of("畫圖：貓"), prefixes=["畫", "畫圖"], quotes_us=False) == "貓"


ANYTHING = st.text(alphabet=st.characters() | st.sampled_from("@＠🦦👩\u200d\ufe0f \u3000\n畫draw/:，\ud83d\ude00"))
OFFSETS = st.integers(0, 40) | st.just(2**53)
MENTIONS = st.builds(
    Mention, index=OFFSETS, length=OFFSETS, is_self=st.booleans(), is_all=st.just(value=False), user_id=st.none()
)


@given(ANYTHING)
def test_clean_twice(said):
    """Cleaning what is clean changes nothing, and what is clean can always be sent."""
    once = clean(said)
    assert clean(once) == once
    once.encode()


@given(said=ANYTHING, mentions=st.lists(MENTIONS, max_size=3), quotes_us=st.booleans(), kind=st.sampled_from(ChatKind))
def test_any_text(said, mentions, quotes_us, kind):
    """Whatever the text and the mentions in it, reading never fails and adds nothing."""
    text = Text(id="1", text=said, mentions=tuple(mentions))
    wish = wish_of(text, chat_kind=kind, prefixes=PREFIXES, quotes_us=quotes_us)
    if wish:
        assert len(wish.prompt) <= len(said)
        wish.prompt.encode()
    else:
        assert kind is not ChatKind.USER


WORDS = st.text(alphabet="ab貓🦦👩‍🚀กำ", min_size=1).map(clean).filter(bool)


@given(before=WORDS, after=WORDS, name=st.text(alphabet="ab🎨水", min_size=1, max_size=8))
def test_cutting_counts_like_line(before, after, name):
    """A mention behind characters of any width is cut out whole, and nothing else."""
    said = f"{before} @{name} {after}"
    mention = Mention(index=_units(before) + 1, length=_units(name) + 1, is_self=True, is_all=False, user_id=None)
    prompt = said_to_us(Text(id="1", text=said, mentions=(mention,)), prefixes=[], quotes_us=False)
    assert prompt == f"{before} {after}"


@given(prefix=st.sampled_from(PREFIXES), separator=st.sampled_from([" ", "\u3000", ": ", "：", "，", "\n"]), said=WORDS)
def test_prefix_before_anything(prefix, separator, said):
    """A prefix that stands apart calls us in any width and case, and the prompt is as it was typed."""
    wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in prefix)
    for typed in (prefix, prefix.upper(), wide):
        assert said_to_us(text_of(f"{typed}{separator}{said}"), prefixes=PREFIXES, quotes_us=False) == said


@pytest.mark.parametrize(
    ("prefixes", "language", "shown"),
    [
        (PREFIXES, "zh-TW", "畫"),
        (PREFIXES, "en", "draw"),
        (PREFIXES, "ja", "draw"),
        (PREFIXES, "th", "draw"),
        (["畫", "描いて", "วาด"], "ja", "描いて"),
        (["畫", "描いて", "วาด"], "th", "วาด"),
        (["畫"], "en", "畫"),
        (["/draw"], "zh-TW", "/draw"),
        ([], "en", "@"),
    ],
)
def test_the_prefix_that_people_are_shown(prefixes, language, shown):
    """Nobody is told to begin with a word that their keyboard does not write, where there is another."""
    assert prefix_shown(prefixes, language) == shown
