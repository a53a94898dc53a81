"""Options in words: what is taken off a wish, and what is left to it as it was typed."""

# ruff: noqa: RUF001 - full-width forms are what people type

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reading.option_reader import read_options
from app.reading.options import COUNT_MAX, Options, Unmet

WIDE, TALL, SQUARE = {"ratio": [3, 2]}, {"ratio": [2, 3]}, {"ratio": [1, 1]}
HIGH, LOW, PNG = {"quality": "high"}, {"quality": "low"}, {"output_format": "png"}
CLEAR = {"background": "transparent"}


def ratio(across: int, down: int) -> dict:
    return {"ratio": [across, down]}


def count(number: int) -> dict:
    return {"count": number}


TAKEN = [
    # Traditional Chinese
    ("一隻會飛的貓 橫式", "一隻會飛的貓", WIDE),
    ("一隻會飛的貓，橫式", "一隻會飛的貓", WIDE),
    ("一隻會飛的貓橫式", "一隻會飛的貓", WIDE),
    ("台北 101 夜景 直式", "台北 101 夜景", TALL),
    ("台北 101 夜景、直向", "台北 101 夜景", TALL),
    ("水彩玫瑰 方形", "水彩玫瑰", SQUARE),
    ("水彩玫瑰，正方形", "水彩玫瑰", SQUARE),
    ("淡水夕陽 16:9", "淡水夕陽", ratio(16, 9)),
    ("淡水夕陽 16：9", "淡水夕陽", ratio(16, 9)),
    ("淡水夕陽，１６：９", "淡水夕陽", ratio(16, 9)),
    ("淡水夕陽16:9", "淡水夕陽", ratio(16, 9)),
    ("柴犬 4張", "柴犬", count(4)),
    ("柴犬 ４張", "柴犬", count(4)),
    ("柴犬，四張", "柴犬", count(4)),
    ("柴犬 兩張", "柴犬", count(2)),
    ("柴犬 x3", "柴犬", count(3)),
    ("柴犬 ×3", "柴犬", count(3)),
    ("森林裡的小屋 高畫質", "森林裡的小屋", HIGH),
    ("森林裡的小屋 HD", "森林裡的小屋", HIGH),
    ("森林裡的小屋，草稿", "森林裡的小屋", LOW),
    ("咖啡店招牌 透明背景", "咖啡店招牌", CLEAR),
    ("咖啡店招牌 去背 png", "咖啡店招牌", CLEAR | PNG),
    ("貓，直式，4張", "貓", TALL | count(4)),
    ("貓 直式 高畫質 2張", "貓", TALL | HIGH | count(2)),
    ("一杯珍珠奶茶\n橫式", "一杯珍珠奶茶", WIDE),
    ("一杯珍珠奶茶 --ar 3:4", "一杯珍珠奶茶", ratio(3, 4)),
    ("一杯珍珠奶茶 —ar 3：4", "一杯珍珠奶茶", ratio(3, 4)),
    ("生日卡片（直式）", "生日卡片", TALL),
    ("生日卡片【橫向】", "生日卡片", WIDE),
    ("玉山日出 1536x1024", "玉山日出", {"size": [1536, 1024]}),
    ("玉山日出 1536×1024 高畫質", "玉山日出", {"size": [1536, 1024]} | HIGH),
    ("畫風像水墨的鯉魚 橫", "畫風像水墨的鯉魚", WIDE),
    # Japanese
    ("富士山の朝、縦長", "富士山の朝", TALL),
    ("富士山の朝 横長", "富士山の朝", WIDE),
    ("富士山の朝横長", "富士山の朝", WIDE),
    ("猫カフェ、正方形", "猫カフェ", SQUARE),
    ("猫カフェ 4枚", "猫カフェ", count(4)),
    ("猫カフェ ４枚", "猫カフェ", count(4)),
    ("猫、3枚、高画質", "猫", count(3) | HIGH),
    ("桜並木 高画質", "桜並木", HIGH),
    ("桜並木 下書き", "桜並木", LOW),
    ("ロゴ 背景透過", "ロゴ", CLEAR),
    ("ロゴ、透過背景、PNG", "ロゴ", CLEAR | PNG),
    ("夜の渋谷 １６：９", "夜の渋谷", ratio(16, 9)),
    ("夜の渋谷　縦向き", "夜の渋谷", TALL),
    ("夜の渋谷 --ar 9:16", "夜の渋谷", ratio(9, 16)),
    ("柴犬のスタンプ ×4", "柴犬のスタンプ", count(4)),
    ("浴衣の女の子 タテ", "浴衣の女の子", TALL),
    ("ラーメン・横長", "ラーメン", WIDE),
    # Thai
    ("แมวใส่แว่น แนวตั้ง", "แมวใส่แว่น", TALL),
    ("แมวใส่แว่น แนวนอน", "แมวใส่แว่น", WIDE),
    ("แมวใส่แว่นแนวนอน", "แมวใส่แว่น", WIDE),
    ("แมวใส่แว่น 4 รูป", "แมวใส่แว่น", count(4)),
    ("แมวใส่แว่น 2 ภาพ", "แมวใส่แว่น", count(2)),
    ("ตลาดน้ำ 16:9", "ตลาดน้ำ", ratio(16, 9)),
    ("ตลาดน้ำ x2", "ตลาดน้ำ", count(2)),
    ("ตลาดน้ำ คุณภาพสูง", "ตลาดน้ำ", HIGH),
    ("โลโก้ร้านกาแฟ พื้นหลังโปร่งใส", "โลโก้ร้านกาแฟ", CLEAR),
    ("โลโก้ร้านกาแฟ png", "โลโก้ร้านกาแฟ", PNG),
    ("วัดอรุณ สี่เหลี่ยมจัตุรัส", "วัดอรุณ", SQUARE),
    ("ช้าง ภาพร่าง", "ช้าง", LOW),
    # English
    ("a red fox 16:9", "a red fox", ratio(16, 9)),
    ("a red fox, 16:9", "a red fox", ratio(16, 9)),
    ("a red fox (16:9)", "a red fox", ratio(16, 9)),
    ("a red fox --ar 2:3", "a red fox", ratio(2, 3)),
    ("a red fox -ar 2:3", "a red fox", ratio(2, 3)),
    ("a red fox –ar 2:3", "a red fox", ratio(2, 3)),
    ("a red fox —ar 2:3", "a red fox", ratio(2, 3)),
    ("a red fox −−ar 2:3", "a red fox", ratio(2, 3)),
    ("a red fox --AR 2:3", "a red fox", ratio(2, 3)),
    ("a red fox --aspect 21:9", "a red fox", ratio(21, 9)),
    ("a red fox, wide", "a red fox", WIDE),
    ("a red fox, Tall", "a red fox", TALL),
    ("a red fox, square", "a red fox", SQUARE),
    ("a red fox; portrait", "a red fox", TALL),
    ("a red fox | landscape", "a red fox", WIDE),
    ("a red fox #wide", "a red fox", WIDE),
    ("a red fox\nvertical", "a red fox", TALL),
    ("a red fox --wide", "a red fox", WIDE),
    ("a red fox x4", "a red fox", count(4)),
    ("a red fox X4", "a red fox", count(4)),
    ("a red fox ×4", "a red fox", count(4)),
    ("a red fox, 4 pictures", "a red fox", count(4)),
    ("a red fox, 3 versions", "a red fox", count(3)),
    ("a red fox --n 4", "a red fox", count(4)),
    ("a red fox HD", "a red fox", HIGH),
    ("a red fox, high quality", "a red fox", HIGH),
    ("a red fox, low", "a red fox", LOW),
    ("a red fox, draft", "a red fox", LOW),
    ("a red fox --quality high", "a red fox", HIGH),
    ("a red fox --hd", "a red fox", HIGH),
    ("a red fox png", "a red fox", PNG),
    ("a red fox, jpg", "a red fox", {"output_format": "jpeg"}),
    ("a red fox webp", "a red fox", {"output_format": "webp"}),
    ("a red fox, transparent", "a red fox", CLEAR),
    ("a red fox on a transparent background", "a red fox", CLEAR),
    ("a red fox png transparent", "a red fox", PNG | CLEAR),
    ("a red fox wide 16:9 hd", "a red fox", ratio(16, 9) | HIGH),
    ("a red fox, wide, hd, x2", "a red fox", WIDE | HIGH | count(2)),
    ("a red fox 1024x1536", "a red fox", {"size": [1024, 1536]}),
    ("a red fox 1024 x 1536", "a red fox", {"size": [1024, 1536]}),
    ("a red fox --size 1024x1536", "a red fox", {"size": [1024, 1536]}),
    ("a red fox. wide.", "a red fox", WIDE),
    ("two 🦊 in ❄️ 16:9", "two 🦊 in ❄️", ratio(16, 9)),
    # With courtesies behind them, and small words that lead to them
    ("貓 16:9 謝謝", "貓", ratio(16, 9)),
    ("貓 4張，謝謝你！", "貓", count(4)),
    ("貓 要直式", "貓", TALL),
    ("貓，用16:9", "貓", ratio(16, 9)),
    ("貓 比例：3:2", "貓", ratio(3, 2)),
    ("貓的圖4張", "貓的圖", count(4)),
    ("柴犬貼圖三款", "柴犬貼圖", count(3)),
    ("怒ったタコを5枚", "怒ったタコ", count(5)),
    ("小熊のスタンプを3種類", "小熊のスタンプ", count(3)),
    ("วาดนักรำกลางฝนสองรูป", "วาดนักรำกลางฝน", count(2)),
    ("สติกเกอร์ลูกหมี 3 แบบ", "สติกเกอร์ลูกหมี", count(3)),
    ("富士山 16:9で", "富士山", ratio(16, 9)),
    ("富士山を横長で", "富士山", WIDE),
    ("富士山、縦長でお願いします", "富士山", TALL),
    ("富士山 高画質でお願いします！", "富士山", HIGH),
    ("猫の絵を4枚", "猫の絵", count(4)),
    ("猫の絵を4枚お願いします", "猫の絵", count(4)),
    ("夜の海 サイズは16:9", "夜の海", ratio(16, 9)),
    ("ロゴ、背景は透過で", "ロゴ", CLEAR),
    ("แมว ขอ 4 รูป", "แมว", count(4)),
    ("แมว ขอ 4 รูปครับ", "แมว", count(4)),
    ("แมว ๔ รูป", "แมว", count(4)),
    ("แมว สองรูป", "แมว", count(2)),
    ("แมว ๑๖:๙", "แมว", ratio(16, 9)),
    ("แมว แนวตั้งครับ", "แมว", TALL),
    ("แมว แนวนอนนะคะ", "แมว", WIDE),
    ("แมว เป็นแนวตั้ง", "แมว", TALL),
    ("แมว ขนาด 16:9 ด้วยค่ะ", "แมว", ratio(16, 9)),
    ("โลโก้ ไม่มีพื้นหลัง", "โลโก้", CLEAR),
    ("a red fox 16:9 please", "a red fox", ratio(16, 9)),
    ("a red fox, 4 pictures please", "a red fox", count(4)),
    ("a red fox, wide, please!", "a red fox", WIDE),
    ("a red fox in 16:9", "a red fox", ratio(16, 9)),
    ("a red fox, aspect ratio 3:2", "a red fox", ratio(3, 2)),
    ("a red fox 16x9", "a red fox", ratio(16, 9)),
    ("a red fox in HD, thanks", "a red fox", HIGH),
    ("a red fox - wide", "a red fox", WIDE),
    ("a red fox – wide", "a red fox", WIDE),
    ("a red fox — 16:9", "a red fox", ratio(16, 9)),
    ("a red fox --ar:16:9", "a red fox", ratio(16, 9)),
    ("a red fox --ar16:9", "a red fox", ratio(16, 9)),
    ("a red fox, two versions", "a red fox", count(2)),
    # As people say it
    ("畫一隻柴犬，給我4張", "畫一隻柴犬", count(4)),
    ("畫一隻柴犬 畫兩張", "畫一隻柴犬", count(2)),
    ("柴犬，幫我畫三張", "柴犬", count(3)),
    ("柴犬 4 張圖", "柴犬", count(4)),
    ("柴犬，三個版本", "柴犬", count(3)),
    ("一隻貓坐在月亮上 4張", "一隻貓坐在月亮上", count(4)),
    ("貓，橫的", "貓", WIDE),
    ("貓 要直的，謝謝", "貓", TALL),
    ("貓 畫成橫式的", "貓", WIDE),
    ("貓 橫式可以嗎？", "貓", WIDE),
    ("台北夜景 直版", "台北夜景", TALL),
    ("台北夜景 16比9", "台北夜景", ratio(16, 9)),
    ("台北夜景，16:9的比例", "台北夜景", ratio(16, 9)),
    ("台北夜景，高解析度", "台北夜景", HIGH),
    ("台北夜景 畫質好一點", "台北夜景", HIGH),
    ("貓咪貼圖 背景透明png", "貓咪貼圖", CLEAR | PNG),
    ("貓咪貼圖 不要背景", "貓咪貼圖", CLEAR),
    ("富士山の絵を4枚描いてください", "富士山の絵", count(4)),
    ("富士山、4枚ください", "富士山", count(4)),
    ("富士山 4パターン", "富士山", count(4)),
    ("富士山、横長がいいです", "富士山", WIDE),
    ("富士山を縦長にできますか", "富士山", TALL),
    ("富士山、ワイドで", "富士山", WIDE),
    ("富士山、高解像度で", "富士山", HIGH),
    ("富士山 もっと高画質に", "富士山", HIGH),
    ("富士山 16対9", "富士山", ratio(16, 9)),
    ("猫のスタンプ、透過PNGで", "猫のスタンプ", CLEAR | PNG),
    ("แมว สัก 3 รูป", "แมว", count(3)),
    ("แมว จำนวน 4 รูป", "แมว", count(4)),
    ("วาดแมวแนวตั้งให้หน่อยนะ", "วาดแมว", TALL),
    ("แมวแนวนอนได้ไหมคะ", "แมว", WIDE),
    ("แมว ภาพแนวตั้ง", "แมว", TALL),
    ("แมว ไฟล์ png", "แมว", PNG),
    ("ขอภาพแมว 4 ภาพ แนวตั้ง HD", "ขอภาพแมว", count(4) | TALL | HIGH),
    ("富士山、枚数は4枚で", "富士山", count(4)),
    ("แมว 16:9 ครับผม", "แมว", ratio(16, 9)),
    ("แมว ความละเอียดสูง", "แมว", HIGH),
    ("a red fox, 16:9 aspect ratio", "a red fox", ratio(16, 9)),
    ("a red fox with a 16:9 aspect ratio", "a red fox", ratio(16, 9)),
    ("a red fox in 16:9 format", "a red fox", ratio(16, 9)),
    ("a red fox 16 by 9", "a red fox", ratio(16, 9)),
    ("a red fox, portrait mode", "a red fox", TALL),
    ("a red fox in high resolution", "a red fox", HIGH),
    ("a red fox sticker with no background", "a red fox sticker", CLEAR),
    ("a red fox sticker, transparent bg", "a red fox sticker", CLEAR),
    # The last of two that contradict each other
    ("a red fox 16:9 1:1", "a red fox", ratio(1, 1)),
    ("a red fox, wide, tall", "a red fox", TALL),
    ("a red fox x2 x3", "a red fox", count(3)),
    # Nothing but options
    ("16:9", "", ratio(16, 9)),
    ("x4", "", count(4)),
    ("橫式", "", WIDE),
    ("縦長", "", TALL),
    ("HD", "", HIGH),
    ("4 more", "", count(4)),
    ("もう4枚", "もう", count(4)),
    ("再來4張", "", count(4)),
    ("อีก 2 รูปครับ", "อีก", count(2)),
]

LEFT = [
    # Said of the picture, or to be written in it
    "畫一張 4K 風格的橫式招牌, 上面寫 16:9",
    "一張海報，上面寫著 HD",
    "招牌寫「16:9」",
    "牌子上的字：高畫質",
    "橫式信封上的郵票",
    "直式招牌下的貓",
    "四隻貓",
    "牆上有四張照片",
    "一副撲克牌，一個人拿著4張牌",
    "高畫質電視機",
    "透明背景的玻璃杯旁邊有一隻貓",
    "正方形的房子",
    "一個正方形",
    "畫四張椅子",
    "晚上 10:30 的時鐘",
    "時鐘指著 12:45",
    "三比二的比分",
    "横長の看板の下の犬",
    "4枚の葉っぱ",
    "四枚の絵が飾られた部屋",
    "縦長の窓から見える海",
    "高画質テレビを見る猫",
    "看板に「16:9」と書いてある",
    "正方形の折り紙",
    "顔が横長",
    "看板は縦長",
    "テーブルが横長",
    "縦書きの手紙",
    "トランプを4枚",
    "食パン4枚切り",
    "お皿を3枚重ねた猫",
    "横長テーブルのカフェ",
    "縦に並んだ猫",
    "正方形のケーキをください",
    "スコアは 2:1",
    "電車は 10:25 発",
    "ポスターに「高画質」",
    "背景は夜の海",
    "お願いします",
    "猫をお願いします",
    "アニメ風にして",
    "招牌是橫式",
    "襯衫上的條紋橫向",
    "湖人贏了 3:1",
    "比數 2:1",
    "地圖比例尺 1:24",
    "標語：高畫質",
    "海報 標題 16:9",
    "把手舉直",
    "桌子打橫",
    "一條線，很直",
    "4張撲克牌",
    "謝謝你",
    "牆上掛著 4 張圖",
    "桌上有 4 張",
    "手裡拿著 4張",
    "一疊地圖4張",
    "比分 16比9",
    "螃蟹是橫的",
    "壁に絵が 4枚",
    "壁に飾られた絵を4枚",
    "テーブルを横長にして",
    "スコア 16対9",
    "แมว 4 ตัว",
    "ห้องมีรูปภาพ 4 รูป",
    "ผนังที่แขวนรูป 2 รูป",
    "a toy car 1:18",
    "a cocktail in a 2:1 ratio",
    "ป้ายร้านแนวตั้ง",
    "เสื้อลายแนวนอน",
    "เขียนแนวตั้ง",
    "เขียนคำว่า HD",
    "หน้าต่างแนวตั้ง",
    "ทีมไทยชนะ 2:1",
    "รถไฟออก 10:30",
    "แมวในกรอบสี่เหลี่ยมจัตุรัสสีแดง",
    "ผู้หญิงถือกระดาษ 4 แผ่น",
    "รูปถ่ายความคมชัด",
    "ขอบคุณครับ",
    "วาดแมวหน่อย",
    "ภาพ 3 มิติ",
    "ห้องที่มี 4 รูปบนผนังสีขาว",
    "ป้ายเขียนว่า 16:9",
    "โทรทัศน์แนวนอนเก่าๆ",
    "x4 speed train",
    "tall building, square window",
    "a tall man and a wide river",
    "a photo in portrait",
    "walking in Times Square",
    "a building so tall",
    "the river is wide",
    "a portrait",
    "a landscape",
    "a seaside landscape",
    "feeling low",
    "the ceiling is low",
    "a poster that says HD",
    "a poster that says 16:9",
    "a sign reading 4:3",
    "the time is 10:30",
    "meet me at 9:15",
    "a clock at 12:45",
    "a clock showing 3:00",
    "John 3:16 on a bridge",
    "a sampler with Genesis 1:1",
    "the Jaguars lost 2:1",
    "a model train at scale 1:24",
    "a BMW X5",
    "an iPhone X 4",
    "3 x 4",
    "a kite, high",
    "a train that runs at 10:25, please",
    "a cat, please",
    "make it blue, thanks",
    "the score was 2:0",
    "cat wearing a png shirt",
    "4 cats",
    "3 pictures on a wall",
    "a wall with 4 pictures",
    "a gallery of images",
    "a Mercedes 4x4 in mud",
    "the x4 file on a desk",
    "a transparent umbrella",
    "a window so transparent",
    "an HD television on a shelf",
    "a draft horse",
    "a first draft",
    "a well-known low-rise",
    "a self-portrait",
    "a square and a circle",
    "Route 66, Arizona",
    "a model 1024x1536 camera on a desk",
    "tall",
    "square",
    "wide",
    "low",
    "a dash - and a dash",
    "an arrow -- pointing right",
    "",
    " ",
    "🦊",
]


@pytest.mark.parametrize(("text", "prompt", "said"), TAKEN)
def test_what_is_an_option(text, prompt, said):
    """Options at the end are taken off; the words before them stay as they were typed."""
    left, options = read_options(text)
    assert (left, options.to_json()) == (prompt, said)
    assert not options.unmet


@pytest.mark.parametrize("text", LEFT)
def test_what_is_no_option(text):
    """What is part of the picture stays in the prompt."""
    assert read_options(text) == (text, Options())


INSIDE = [
    ("Create a 16:9 image of a lighthouse", ratio(16, 9)),
    ("A 9:16 wallpaper with koi, calm colours", ratio(9, 16)),
    ("aspect ratio: 3:4\nA knitted bear on a shelf, soft light", ratio(3, 4)),
    ("Moody harbour. Aspect ratio 4:5. Film grain", ratio(4, 5)),
    ("A fox in snow --ar 3:2 --style raw, painterly", ratio(3, 2)),
    ("cinematic still of a desert 21:9 with long shadows", ratio(21, 9)),
    ("Make a 1920x1080 banner for a bakery", {"size": [1920, 1080]}),
    ("Give me four different logos for a tea house", count(4)),
    ("please draw 3 pictures of a cat in space", count(3)),
    ("2 variations of a paper boat, please", count(2)),
    ("a sticker of a fox with a transparent background, flat style", CLEAR),
    ("I need a vertical poster about recycling", TALL),
    ("Make an HD wallpaper of Mars", HIGH),
    ("一張比例16:9的封面圖，主題是海", ratio(16, 9)),
    ("給我四張不同的貓咪插畫", count(4)),
    ("幫我畫三張不一樣的台北夜景", count(3)),
    ("畫一張橫式海報，主題是環保", WIDE),
    ("請做一張去背的貼圖，柴犬在笑", CLEAR),
    ("16：9 的桌布，星空下的帳篷", ratio(16, 9)),
    ("長寬比 3:4，一位老奶奶在織毛衣", ratio(3, 4)),
    ("16:9の壁紙で、夜の海", ratio(16, 9)),
    ("アスペクト比は4:3、雪の駅", ratio(4, 3)),
    ("縦長のポスターで、金魚", TALL),
    ("猫の絵を3枚描いてください、全部ちがう色で", count(3)),
    ("背景透過のスタンプ、笑うパンダ", CLEAR),
    ("ภาพ 16:9 ของตลาดน้ำตอนเช้า", ratio(16, 9)),
    ("ขอ 4 รูปแมวต่างสี", count(4)),
    ("โปสเตอร์แนวตั้งเรื่องรักษ์โลก", TALL),
    ("สัดส่วน 3:4 หมีถักไหมพรม", ratio(3, 4)),
    ("โลโก้พื้นหลังโปร่งใส ร้านกาแฟ", CLEAR),
    ("landscape format: two kites over a hill", WIDE),
    ("a transparent png of a lobster", PNG | CLEAR),
    ("low quality draft of a barn", LOW),
    ("a square one of a teapot", SQUARE),
    ("do me 3 of a crab in a hat", count(3)),
    ("4 different stickers of a mole", count(4)),
    ("要橫的，漁港的早晨", WIDE),
    ("比例4:5，賣花的人", ratio(4, 5)),
    ("畫三張騎車的郵差", count(3)),
    ("給我五種版本，茶壺", count(5)),
    ("茶壺給我五種版本", count(5)),
    ("vertical, a lighthouse keeper at her desk", TALL),
    ("icon, square, an owl with a key", SQUARE),
    ("封面 橫式 兩隻狐狸在雪地", WIDE),
    ("橫的 夕陽下的稻田", WIDE),
    ("three versions please: a moth and a lamp", count(3)),
    ("can you do 3 different ones of a walrus", count(3)),
    ("header for my travel blog 3:1, palm trees", ratio(3, 1)),
    ("部落格橫幅 3:1 棕櫚樹和海", ratio(3, 1)),
    ("正方形的仙草圖", SQUARE),
    ("縦向きで、焚き火", TALL),
    ("4:3で雪の停留所", ratio(4, 3)),
    ("2枚、跳ねるうさぎ", count(2)),
    ("512x512 のかぼちゃ", {"size": [512, 512]}),
    ("แนวตั้ง ช้างพ่นน้ำ", TALL),
    ("พื้นหลังโปร่งใส ปูยิ้ม", CLEAR),
]
OF_THE_PICTURE = [
    "poster of the match, arsenal v spurs 3:1, red smoke",
    "a banner for the cup final 3:1, fans in the rain",
    "tall, dark and handsome, a count at his castle",
    "a fox in a square, red hat",
    "landscape with cows, a river and a mill",
    "portrait of a baker, flour on the apron",
    "3:2 final score, fans cheer in the stands",
    "hd television on a shelf, dusty shop",
    "three pictures on a fridge door",
    "a clock showing 9:16 above the platform",
    "畫三張桌子在院子裡",
    "時鐘指著9:16，沒有人的月台",
    "橫條紋的貓在睡覺",
    "方形的窗戶外面是海",
    "時計が9:16をさす、夜の教室",
    "縦縞の服を着た猫、畳",
    "นาฬิกาบอกเวลา 9:16 บนผนัง",
    "ร่างทรงกลางป่า มีหมอก",
    "a football scoreboard with 3:2 on it, rain",
    "they won 4:3 and the crowd cheers in the rain",
    "a clock that shows 16:10 above the door",
    "it is 9:16 in the morning and the fog lifts",
    "four different birds on one wire",
    "a wall with four different pictures of birds",
    "a sign that says 16:9 in neon above a bar",
    "two images in a locket, held by a hand",
    "a portrait photo of a grandmother by the window",
    "a landscape painting in a golden frame, on an easel",
    "an HD television in a shop window at night",
    "a transparent umbrella on a rainy street",
    "a cocktail, gin and vermouth 2:1, with an olive",
    "a map, scale 1:50, on a wooden desk",
    "牆上掛著四張不同的照片，還有一隻貓",
    "比分 4:3 的棒球計分板，夜間球場",
    "晚上 9:16 的車站月台",
    "招牌上寫著「16:9」的電器行",
    "橫式信封放在桌上，旁邊有花",
    "壁に4枚の絵が並ぶ部屋、夕方",
    "4枚の葉っぱが落ちる庭",
    "看板に「4:3」と書かれた店",
    "縦長の窓がある部屋、朝の光",
    "ป้ายเขียนว่า 16:9 หน้าร้านทีวี",
    "ห้องที่มีรูปถ่าย 4 รูปบนผนังสีขาว แมวนอน",
    "ทีมไทยชนะ 4:3 ในสนามที่ฝนตก",
]


@pytest.mark.parametrize(("text", "said"), INSIDE)
def test_an_option_anywhere(text, said):
    """In front or inside it is obeyed, and the text goes to the model as it was typed."""
    left, options = read_options(text)
    assert options.to_json() == said
    assert left == text


@pytest.mark.parametrize("text", OF_THE_PICTURE)
def test_what_is_part_of_the_picture(text):
    """Scores, times, frames and what is written on signs are drawn, not obeyed."""
    assert read_options(text) == (text, Options())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a sheep (small) x2", "a sheep (small)"),
        ("[tiny] 16:9", "[tiny]"),
        ("a sheep (small, 16:9)", "a sheep (small, 16:9)"),
        ("羊【小】橫式", "羊【小】"),
        ("a sheep (16:9)", "a sheep"),
    ],
)
def test_a_bracket_keeps_its_other_half(text, left):
    """Only what stands between the words and the option goes with it."""
    prompt, options = read_options(text)
    assert prompt == left
    assert options


@pytest.mark.parametrize(
    ("text", "prompt", "said", "unmet"),
    [
        ("a cat x9", "a cat", count(COUNT_MAX), ("count", "9", "5")),
        ("柴犬 12張", "柴犬", count(COUNT_MAX), ("count", "12", "5")),
        ("a cat 10:1", "a cat", ratio(3, 1), ("ratio", "10:1", "3:1")),
        ("a cat --ar 1:5", "a cat", ratio(1, 3), ("ratio", "1:5", "1:3")),
        ("a cat --seed 5", "a cat", {}, ("flag", "--seed 5", "")),
        ("a cat --v 6 --ar 16:9", "a cat", ratio(16, 9), ("flag", "--v 6", "")),
        ("a cat --no dogs", "a cat", {}, ("flag", "--no dogs", "")),
        ("a cat --n ፩", "a cat", {}, ("flag", "--n ፩", "")),  # a digit that is no decimal
        ("a cat gif", "a cat", {}, ("format", "GIF", "")),
        ("ロゴ svg", "ロゴ", {}, ("format", "SVG", "")),
    ],
)
def test_what_cannot_be_had_is_told(text, prompt, said, unmet):
    """It is taken off, the nearest is taken, and the difference is there to be said."""
    left, options = read_options(text)
    assert (left, options.to_json()) == (prompt, said)
    assert options.unmet == (Unmet(key=unmet[0], asked=unmet[1], got=unmet[2]),)


def test_the_table_is_long_enough():
    """Four languages, with traps."""
    assert len(TAKEN) + len(LEFT) >= 150


@given(st.text(max_size=200))
def test_the_prompt_is_the_beginning_of_the_text(text):
    """Whatever is typed, what is left is its beginning, and reading never fails."""
    left, options = read_options(text)
    assert text.startswith(left)
    assert options or left == text


@given(
    st.lists(
        st.sampled_from(
            [
                "16:9",
                "x4",
                "橫式",
                "hd",
                "a cat",
                "猫",
                "wide",
                ",",
                "、",
                " ",
                "--ar 2:3",
                "9",
                " - ",
                "please",
                "で",
                "ครับ",
                "in",
                "を",
                "ขอ",
                "要",
                "再",
                "4張",
                "4 รูป",
                "X5",
                "BMW",
            ]
        ),
        max_size=12,
    )
)
def test_nothing_is_left_to_take(parts):
    """What was read once has no option at its end any more."""
    left, _ = read_options("".join(parts))
    assert read_options(left)[0] == left


@given(
    st.builds(
        Options,
        ratio=st.none() | st.tuples(st.integers(1, 32), st.integers(1, 32)),
        quality=st.none() | st.sampled_from(["low", "high"]),
        count=st.none() | st.integers(1, COUNT_MAX),
        background=st.none() | st.just("transparent"),
    )
)
def test_options_survive_the_store(options):
    """What is written down is read as the same."""
    assert Options.of_json(options.to_json()) == options


def test_a_long_text_is_read_at_once():
    """Five thousand characters of everything are no puzzle."""
    text = "wide, 16:9 x4 --ar -- 橫式 「" * 250
    assert text.startswith(read_options(text)[0])


def test_a_shape_of_the_wish_wins_over_the_size_of_the_settings():
    """A size and a ratio are one thing said twice."""
    merged = Options(ratio=(1, 1)).merged_over(Options(size=(10, 20), quality="low"))
    assert (merged.ratio, merged.size, merged.quality) == ((1, 1), None, "low")
