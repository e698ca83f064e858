package io.valise.ipc.cli.option;

import io.valise.ipc.identity.AppIdentity;
import java.util.Optional;
import picocli.CommandLine.TypeConversionException;

/**
 * An application as the user names it: {@code NAME} of the publisher {@code default}, {@code PUBLISHER/NAME}, or its id.
 * Immutable.
 *
 * @param publisher the name of the publisher's key file; empty where it is an id
 * @param name the application's name, or its id
 */
public record ApplicationName(Optional<String> publisher, String name) {
    /** How a command describes such a parameter. */
    public static final String FORMS =
            "its id such as quotes_8wekyb3d8bbwe, PUBLISHER/NAME, or NAME of publisher default";

    private static final String SOME_PUBLISHER_ID = "_0000000000000";

    /** Reads one; it need not exist. */
    public static ApplicationName parse(String text) {
        int slash = text.indexOf('/');
        String publisher = slash < 0 ? "default" : text.substring(0, slash);
        String name = text.substring(slash + 1);
        if (slash < 0 && AppIdentity.isId(text)) {
            return new ApplicationName(Optional.empty(), text);
        }
        if (!AppIdentity.isId(publisher + SOME_PUBLISHER_ID) || !AppIdentity.isId(name + SOME_PUBLISHER_ID)) {
            throw new TypeConversionException("expected " + FORMS
                    + ", names of 1 to 64 characters A-Z a-z 0-9 . _ - that begin with a letter or digit, actual=\""
                    + text
                    + '"');
        }
        return new ApplicationName(Optional.of(publisher), name);
    }

    /** The application's id. */
    public String id() {
        return publisher.isEmpty() ? name : identity().id();
    }

    /** The application, of which this user has the publisher's key; creates nothing. */
    public AppIdentity identity() {
        ApplicationName named = resolved();
        return AppIdentity.find(named.publisher.orElseThrow(), named.name).orElseThrow(this::noKey);
    }

    /** By publisher and name, also where this is an id: then this user has the publisher's key. */
    public ApplicationName resolved() {
        if (publisher.isPresent()) {
            return this;
        }
        String application = name.substring(0, name.length() - SOME_PUBLISHER_ID.length());
        return AppIdentity.publishers().stream()
                .filter(each -> AppIdentity.find(each, application)
                        .filter(found -> found.id().equals(name))
                        .isPresent())
                .findFirst()
                .map(found -> new ApplicationName(Optional.of(found), application))
                .orElseThrow(() -> new CommandFailure("this user has no key of the publisher of " + name
                        + "; `ipc identity find` lists the applications that are known"));
    }

    private CommandFailure noKey() {
        return new CommandFailure(
                "publisher \"" + publisher.orElse("") + "\" has no key; `ipc identity make " + this + "` makes one");
    }

    @Override
    public String toString() {
        return publisher
                        .filter(whose -> !whose.equals("default"))
                        .map(whose -> whose + '/')
                        .orElse("")
                + name;
    }
}
