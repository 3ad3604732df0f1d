-- The pinned chats of somebody who is in thousands of others.
CREATE INDEX members_pinned ON members (user_id) WHERE pinned = 1;
