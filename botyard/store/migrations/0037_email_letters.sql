-- Addresses of e-mail are looked up however their letters are written.
DROP INDEX users_email;
CREATE INDEX users_email ON users (LOWER(email));
