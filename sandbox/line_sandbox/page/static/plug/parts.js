// What a bot's own demo puts on the page; null leaves the page as it is.
export const BotPanel = null; // ({ bot }): in the place of the settings that somebody's bot is told
export const TraceNotes = null; // ({ trace }): what the bot's own part says of a request, by its `notes`
