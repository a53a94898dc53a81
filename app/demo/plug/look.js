// What Easel says on the page, and how it looks. No imports: the page's own texts begin with these.
export const botPicture = "/demo/plug/icon.svg";

export const words = {
  en: {
    title: "Easel demo", intro: "Easel is a LINE bot that draws. This is its chat: say what you would like to see.", empty: "Say what you would like to see.",
    understood: "Understood as", unclear: "unclear", sure: "{percent} % sure", lane_text: "Reader",
    step_rules: "Rules", step_moment: "Moment", step_gate: "Classifier", step_reader: "Text model", step_asked: "Person",
    by_rules: "by its words", by_moment: "by the moment it was said in", by_gate: "by the classifier", by_reader: "by the text model", by_asked: "nobody was sure, so the person was asked",
    bot: "The bot", state_starting: "starting", state_ready: "running", state_stopping: "stopping", state_stopped: "stopped", state_killed: "killed", state_died: "died",
    pid: "process {pid}", starts: "start {count}", start_over: "Start over", kill: "Kill -9", stop: "Stop", start: "Start",
    dashboard: "Dashboard", dashboard_elsewhere: "The dashboard opens on the machine that runs the demo. Its address and token are in that terminal.", with_token: "with the token",
    restart_with: "Restart with", late_delivery: "Late pictures", late_button: "by button (free)", late_push: "by push (paid)", deadline: "Reply by", format: "Format",
  },
  "zh-TW": {
    title: "Easel 試用", intro: "Easel 是會畫畫的 LINE 機器人。這是它的聊天室：說說看你想看什麼畫面。", empty: "說說看你想看什麼畫面。",
    understood: "讀成", unclear: "看不出來", sure: "把握 {percent} %", lane_text: "讀訊息",
    step_rules: "規則", step_moment: "情境", step_gate: "分類器", step_reader: "文字模型", step_asked: "問本人",
    by_rules: "看字句就知道", by_moment: "看說話當下的情況", by_gate: "由分類器判斷", by_reader: "由文字模型判斷", by_asked: "都沒有把握，所以問了本人",
    bot: "機器人", state_starting: "啟動中", state_ready: "執行中", state_stopping: "停止中", state_stopped: "已停止", state_killed: "被強制結束", state_died: "意外結束",
    pid: "程序 {pid}", starts: "第 {count} 次啟動", start_over: "全部重來", kill: "Kill -9", stop: "停止", start: "啟動",
    dashboard: "管理儀表板", dashboard_elsewhere: "管理儀表板要在執行試用程式的那台電腦上開啟，網址和權杖就在它的終端機裡。", with_token: "權杖",
    restart_with: "改設定並重啟", late_delivery: "晚到的圖", late_button: "按鈕領取（免費）", late_push: "主動推播（付費）", deadline: "回覆期限", format: "格式",
  },
};
