// What a bot's own demo says on the page, and how it looks: texts by language that are added, or said in place of the
// page's own. No imports: the page's texts begin with these.
export const botPicture = null;

export const words = {};
