package io.valise.ipc.nats.broker;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The subjects of NATS that Valise uses; they are what a broker's permissions are about ({@code docs/nats.md}). Stateless.
 *
 * <pre>
 *   valise.c.NAME.USER          a client asks to be connected with a server of that name
 *   valise.d.NAME.USER.SERVER   a client asks to be connected with that server of the name
 *   valise.s.USER               a client asks which names are served
 *   valise.l.USER.PROCESS.…     what is for one process
 * </pre>
 */
public final class Subjects {
    /** The queue group of the servers of one name. */
    public static final String QUEUE = "valise";

    /** What every process that serves listens to. */
    public static final String LISTING = "valise.s.*";

    /** Behind an inbox: the question whether its process lives. */
    public static final String QUESTION = "p";

    private static final String ALL = "valise.";
    private static final String CONNECT = ALL + "c.";
    private static final String DIRECT = ALL + "d.";
    private static final String LIST = ALL + "s.";
    private static final String INBOX = ALL + "l.";
    private static final String ANSWER = ".q.";
    private static final int MOST_USER = 400;
    private static final Pattern LINK =
            Pattern.compile("(valise\\.l\\.([^.\\s*>]{1," + MOST_USER + "})\\.[0-9a-f]{32})\\.([0-9a-f]{16})");
    private static final int ASKER = 3;
    private static final Pattern ESCAPED = Pattern.compile("~([0-9a-f]{2})");

    private Subjects() {}

    /** A text as one token of a subject: letters, digits, - and _ stay, other bytes of UTF-8 are ~ and two hex digits. */
    public static String token(String text) {
        StringBuilder token = new StringBuilder();
        for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
            char letter = (char) (one & 0xff);
            if (letter < 128 && (Character.isLetterOrDigit(letter) || letter == '-' || letter == '_')) {
                token.append(letter);
            } else {
                token.append('~').append(HexFormat.of().toHexDigits(one)); // lower case
            }
        }
        return token.toString();
    }

    /**
     * The {@link #token} of a user.
     *
     * @throws IllegalArgumentException when it is empty, or longer than a peer takes
     */
    public static String userToken(String user) {
        String token = token(user);
        if (token.isEmpty() || token.length() > MOST_USER) {
            throw new IllegalArgumentException("user or name at the broker: limit=1.." + MOST_USER
                    + " characters, where each byte of UTF-8 that is not of A-Z a-z 0-9 - _ counts as 3, actual="
                    + token.length());
        }
        return token;
    }

    /** What {@link #token} was made of. */
    public static String text(String token) {
        byte[] bytes = new byte[token.length()];
        int length = 0;
        Matcher escaped = ESCAPED.matcher(token);
        for (int at = 0; at < token.length(); length++) {
            boolean hex = escaped.region(at, token.length()).lookingAt();
            bytes[length] = (byte) (hex ? HexFormat.fromHexDigits(escaped.group(1)) : token.charAt(at));
            at += hex ? 3 : 1;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    /** Where a user asks to be connected with a server; {@code *} for the user is where its servers listen. */
    public static String connect(String name, String userToken) {
        return CONNECT + token(name) + '.' + userToken;
    }

    /** Where a user asks to be connected with one server of a name; {@code *} for the user is where that server listens. */
    public static String direct(String name, String userToken, String server) {
        return DIRECT + token(name) + '.' + userToken + '.' + server;
    }

    /** The token of the user who asks, of a subject that {@link #connect} or {@link #direct} made. */
    public static String asker(String subject) {
        return subject.split("\\.", -1)[ASKER];
    }

    /** Where a user asks which names are served. */
    public static String listing(String userToken) {
        return LIST + userToken;
    }

    /** What is below it is for one process of a user. */
    public static String inbox(String userToken, String process) {
        return INBOX + userToken + '.' + process;
    }

    /** Whether a subject is for one process. */
    public static boolean isInInbox(String subject) {
        return subject.startsWith(INBOX);
    }

    /** Where a process is asked whether it lives. */
    public static String question(String inbox) {
        return inbox + '.' + QUESTION;
    }

    /** Where a process has the answer to that sent, by the number that it has for who answers. */
    public static String answer(String inbox, long number) {
        return inbox + ANSWER + number;
    }

    /** The inbox of the process that has its answers sent there; null when that is none of {@link #answer}. */
    public static @Nullable String questioner(@Nullable String answer) {
        int end = answer == null ? -1 : answer.lastIndexOf(ANSWER);
        return answer == null || end < 0 ? null : answer.substring(0, end);
    }

    /** All that is for processes of a user; {@code *} for any. */
    public static String inboxes(String userToken) {
        return INBOX + userToken + ".>";
    }

    /**
     * One end of a link.
     *
     * @param inbox of its process
     * @param user its user's token
     * @param id the link's
     */
    public record End(String inbox, String user, String id) {
        /** Reads a subject; null when it is none of a link: a peer could have any message sent to any subject otherwise. */
        public static @Nullable End of(@Nullable String subject) {
            Matcher match = LINK.matcher(subject == null ? "" : subject);
            return match.matches() ? new End(match.group(1), match.group(2), match.group(3)) : null;
        }

        /** By hand, as {@link #hashCode}: Java 17 would keep the class loader of a record that is compared for ever. */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof End that && subject().equals(that.subject());
        }

        @Override
        public int hashCode() {
            return subject().hashCode();
        }

        /** The subject. */
        public String subject() {
            return inbox + '.' + id;
        }
    }
}
