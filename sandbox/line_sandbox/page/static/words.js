// Every text of the page, in every language it speaks; a plug adds its own, and may say something else.
import { words as plugged } from "plug/look.js";

const EN = {
  title: "LINE sandbox", intro: "A LINE chat in your browser, with your bot at the other end.", understood_it: "Got it",
  phones: "Whose phone", chats: "Chats", chat: "Chat", bench: "Bench", add_person: "Add a person",
  name: "Name", language: "Language", language_kept: "Not told to bots", add: "Add", cancel: "Cancel", close: "Close",
  back: "Back to the chats", more: "More", message: "Message", send: "Send", photo: "Send a photo",
  stickers: "Stickers", sticker: "Sticker", write: "Write a message", write_group: "Write a message, @ to mention",
  read: "Read", not_delivered: "Not delivered", send_again: "Deliver again", working: "{name} is working",
  quote: "Reply", edit: "Edit", edited: "Edited", editing: "Editing a message", rich_menu: "Menu", unsend: "Unsend", copy: "Copy", show_trace: "Show on the timeline", unsent: "{name} unsent a message",
  quoting: "Replying to {name}", new_messages: "New messages: {count}", to_end: "To the newest message", album_of: "{count} photos from {name}", picture: "Picture", picture_of: "Picture from {name}", open_picture: "Open the picture",
  picture_broken: "LINE would not show this picture", try_again: "Look again", fetching: "Fetching…", by_push: "push",
  original: "Original", preview: "Preview", public_url: "Public address", photo_gone: "Photo",
  add_friend: "Add as a friend", unblock: "Unblock", block: "Block", blocked: "You blocked {name}.",
  no_friend: "{name} is not your friend yet.", add_bot: "Add {name} to the group", remove_bot: "Remove {name} from the group",
  no_bot: "{name} is not in this group.", members: "{count} people", quick: "Quick replies", mention: "Mention",
  nothing_yet: "Nothing here yet", messages_of: "Messages", offline: "The demo has stopped. The page goes on when it is back.",
  empty: "Say something.", problem: "That did not work.",
  real: "Real", stand_in: "Stand-in", real_line: "LINE is the real one: write to your bot in the LINE app. This page shows what happens.", tunnel: "LINE must reach {url}, through a tunnel for example.",
  timeline: "Timeline", timeline_empty: "Each request appears here, from the webhook to the reply.",
  lane_webhook: "Webhook", lane_queue: "Queue", lane_text: "Text model", lane_model: "Model", lane_bucket: "Bucket", lane_reply: "LINE API",
  waiting: "under way", answered: "answered", passed: "no answer asked",
  steps: "What the bot logged", not_taken: "Webhook not taken: {reasons}", calls: "Calls",
  request_body: "Request", answer: "Answer", headers: "Headers", hung_up: "the bot hung up", no_answer: "no answer",
  other_bot: "Somebody else's bot", other_hint: "Start it with these settings:",
  model: "The model", draws_for: "Draws for", seconds: "{count} s", line: "LINE", token_life: "Reply tokens live",
  quota_gone: "The month's messages are used up", redelivers: "LINE redelivers what failed", redeliver: "Redeliver the last event",
  five_times: "Send it five times", hold_back: "Hold events back", let_go: "Deliver {count} held events, newest first", held: "on its way", bad_days: "Bad days", fine_day: "Make it a fine day", off: "Off", once: "Next", always: "All",
  hits: "struck {count}×", active: "{count} on", spent: "Spent", used: "Pushed", stored: "Stored",
  kind_text: "Message", kind_sticker: "Sticker", kind_image: "Photo", kind_postback: "Tap", kind_follow: "Added as a friend", kind_unfollow: "Blocked", kind_unsend: "Unsent", kind_messageEdited: "Edited",
  kind_join: "Added to the group", kind_leave: "Removed from the group", kind_memberJoined: "Somebody came",
};
const ZH = {
  title: "LINE 測試場", intro: "瀏覽器裡的 LINE 聊天室，對面是你的機器人。", understood_it: "知道了",
  phones: "誰的手機", chats: "聊天", chat: "聊天室", bench: "測試台", add_person: "新增一個人",
  name: "名字", language: "語言", language_kept: "不告訴機器人", add: "新增", cancel: "取消", close: "關閉",
  back: "回到聊天列表", more: "更多", message: "訊息", send: "傳送", photo: "傳照片",
  stickers: "貼圖", sticker: "貼圖", write: "輸入訊息", write_group: "輸入訊息，用 @ 標註",
  read: "已讀", not_delivered: "未送達", send_again: "重新送出", working: "{name} 正在處理",
  quote: "回覆", edit: "編輯", edited: "已編輯", editing: "編輯訊息", rich_menu: "選單", unsend: "收回", copy: "複製", show_trace: "在時間軸上看", unsent: "{name} 已收回訊息",
  quoting: "回覆 {name}", new_messages: "{count} 則新訊息", to_end: "移到最新訊息", album_of: "{name} 傳來的 {count} 張照片", picture: "圖片", picture_of: "{name} 傳來的圖片", open_picture: "開啟圖片",
  picture_broken: "LINE 無法顯示這張圖", try_again: "再看一次", fetching: "載入中…", by_push: "推播",
  original: "原圖", preview: "預覽圖", public_url: "公開網址", photo_gone: "照片",
  add_friend: "加入好友", unblock: "解除封鎖", block: "封鎖", blocked: "你已封鎖 {name}。",
  no_friend: "{name} 還不是你的好友。", add_bot: "把 {name} 加入群組", remove_bot: "把 {name} 移出群組",
  no_bot: "{name} 不在這個群組裡。", members: "{count} 人", quick: "快速回覆", mention: "標註",
  nothing_yet: "還沒有訊息", messages_of: "訊息", offline: "試用程式已停止。它回來後，這個頁面會繼續。",
  empty: "說句話吧。", problem: "沒有成功。",
  real: "真的", stand_in: "替身", real_line: "LINE 是真的：請在 LINE App 裡和你的機器人聊天，這裡會顯示發生的事。", tunnel: "LINE 要能連到 {url}，例如透過 tunnel。",
  timeline: "時間軸", timeline_empty: "每個請求都會出現在這裡，從 webhook 到回覆。",
  lane_webhook: "Webhook", lane_queue: "排隊", lane_text: "文字模型", lane_model: "模型", lane_bucket: "儲存", lane_reply: "LINE API",
  waiting: "進行中", answered: "已回覆", passed: "不需回覆",
  steps: "機器人的紀錄", not_taken: "Webhook 未送達：{reasons}", calls: "呼叫",
  request_body: "請求", answer: "回應", headers: "標頭", hung_up: "機器人中斷連線", no_answer: "沒有回應",
  other_bot: "別人的機器人", other_hint: "請用這些設定啟動它：",
  model: "模型", draws_for: "畫一張要", seconds: "{count} 秒", line: "LINE", token_life: "回覆權杖壽命",
  quota_gone: "本月訊息額度用完", redelivers: "LINE 會重送失敗的事件", redeliver: "重送上一個事件",
  five_times: "同時送五次", hold_back: "先扣住事件", let_go: "送出扣住的 {count} 個事件，最新的先送", held: "還在路上", bad_days: "壞日子", fine_day: "恢復成好日子", off: "關", once: "下一次", always: "每次",
  hits: "發生 {count} 次", active: "{count} 個開啟", spent: "花費", used: "已推播", stored: "已儲存",
  kind_text: "訊息", kind_sticker: "貼圖", kind_image: "照片", kind_postback: "點按鈕", kind_follow: "加入好友", kind_unfollow: "封鎖", kind_unsend: "收回", kind_messageEdited: "編輯訊息",
  kind_join: "加入群組", kind_leave: "移出群組", kind_memberJoined: "有人加入",
  "day_openai-refused": "OpenAI 拒絕這個描述", "day_openai-rate-limited": "OpenAI：每分鐘張數太多 (429)",
  "day_openai-quota": "OpenAI：帳戶沒錢了 (429)", "day_openai-billing": "OpenAI：到了本月上限 (400)",
  "day_openai-not-verified": "OpenAI：組織未驗證 (403)", "day_openai-error": "OpenAI 出錯 (500)",
  "day_openai-gateway": "回來的是閘道的錯誤網頁 (502)", "day_openai-drop": "OpenAI 還沒畫就斷線",
  "day_openai-lost": "OpenAI 畫了也收了錢，但回應遺失", "day_openai-cut": "OpenAI 的回應傳到一半斷掉",
  "day_openai-no-json": "OpenAI 的回應不是 JSON", "day_openai-no-picture": "OpenAI 的回應裡沒有圖",
  "day_openai-gone": "模型已經不存在", "day_r2-down": "儲存空間停機 (503)", "day_r2-error": "儲存空間出錯 (500)",
  "day_r2-key": "儲存空間的金鑰失效 (401)", "day_r2-lost": "圖存好了，但回應遺失", "day_line-down": "LINE 出錯 (500)",
  "day_line-rate-limited": "LINE：呼叫太頻繁 (429)", "day_line-drop": "LINE 還沒送出就斷線", "day_line-lost": "LINE 送出了回覆，但回應遺失",
};

const chosen = localStorage.getItem("language");
export const language = chosen ?? (navigator.languages?.[0]?.startsWith("zh") ? "zh-TW" : "en");
const ENGLISH = { ...EN, ...plugged.en };
const WORDS = language === "zh-TW" ? { ...ZH, ...plugged["zh-TW"] } : ENGLISH;

export function say(key, values = {}, otherwise = key) {
  const text = WORDS[key] ?? ENGLISH[key] ?? otherwise;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function speak(other) {
  localStorage.setItem("language", other);
  location.reload();
}
