package io.valise.ipc.sharedmem;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.sharedmem.region.RegionDirectory;
import org.jspecify.annotations.Nullable;

/**
 * Whose a name of a {@link NamedMutex}, {@link NamedSemaphore} or {@link NamedEvent} is: the same name is another object in
 * another scope. An application has names of its own ({@link #application}), and shares names with the other applications
 * of its publisher ({@link #publisher}); programs of this user without an identity have the scope {@link #user}.
 *
 * <p>Scopes keep programs from meeting by mistake. They do not protect the objects from programs of the same user that do
 * not keep to the rules; other users are kept out. Programs with different runtime directories ({@code VALISE_HOME}) do not
 * meet in any scope. Immutable and thread-safe; equal by content.
 *
 * @since 0.1.0
 */
public final class ObjectScope {
    private static final ObjectScope USER = new ObjectScope("u");

    private final String text;

    private ObjectScope(String text) {
        this.text = text;
    }

    /** The names of this user's programs that have no identity. */
    public static ObjectScope user() {
        return USER;
    }

    /** The names of one application, which no other meets. */
    public static ObjectScope application(AppIdentity identity) {
        return new ObjectScope("a." + identity.id());
    }

    /** The names that all applications of the identity's publisher share. */
    public static ObjectScope publisher(AppIdentity identity) {
        return new ObjectScope("p." + identity.publisherId());
    }

    /** For people, a scope as it is written in names of files. */
    static String describe(String text) {
        if (text.equals(USER.text)) {
            return "user";
        } else if (text.equals(RegionDirectory.BY_HANDLE)) {
            return "handle";
        }
        return text.startsWith("a.") ? "application " + text.substring(2) : "publisher " + text.substring(2);
    }

    /** How it is written in names of files. */
    String text() {
        return text;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ObjectScope scope && text.equals(scope.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
