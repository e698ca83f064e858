package io.valise.ipc.nats;

import io.valise.ipc.Endpoint;
import io.valise.ipc.nats.broker.Subjects;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a user must be allowed at a NATS broker, for the names that its processes serve and call: the least that works. With
 * such permissions for all its users a broker proves them ({@link NatsOptions.Builder#brokerProvesUsers}). Immutable.
 *
 * @since 0.1.0
 */
public final class NatsPermissions {
    private final String user;
    private final List<String> served;
    private final List<String> called;

    private NatsPermissions(String user, List<String> served, List<String> called) {
        this.user = user;
        this.served = List.copyOf(new TreeSet<>(served));
        this.called = List.copyOf(new TreeSet<>(called));
    }

    /**
     * Of a user who neither serves nor calls anything yet.
     *
     * @param user as who signs in, or as {@link NatsOptions.Builder#name} says
     * @throws IllegalArgumentException when it is empty, or too long for {@link NatsOptions.Builder#build}
     */
    public static NatsPermissions of(String user) {
        Subjects.userToken(user);
        return new NatsPermissions(user, List.of(), List.of());
    }

    /**
     * With names that the user's processes serve.
     *
     * @throws IllegalArgumentException when one is malformed
     */
    public NatsPermissions serving(String... names) {
        return new NatsPermissions(user, plus(served, names), called);
    }

    /**
     * With names whose servers the user's processes connect to.
     *
     * @throws IllegalArgumentException when one is malformed
     */
    public NatsPermissions calling(String... names) {
        return new NatsPermissions(user, served, plus(called, names));
    }

    private static List<String> plus(List<String> known, String... names) {
        List<String> all = new ArrayList<>(known);
        Arrays.stream(names)
                .map(name -> new Endpoint(NatsTransport.SCHEME, name).name())
                .forEach(all::add);
        return all;
    }

    /** The subjects that the user may publish to. */
    public List<String> publish() {
        String token = Subjects.userToken(user);
        List<String> subjects = new ArrayList<>(List.of(Subjects.inboxes("*"), Subjects.listing(token)));
        called.forEach(name -> {
            subjects.add(Subjects.connect(name, token));
            subjects.add(Subjects.direct(name, token, "*"));
        });
        return subjects;
    }

    /** The subjects that the user may subscribe to; a queue group stands behind its subject, after a space. */
    public List<String> subscribe() {
        List<String> subjects = new ArrayList<>(List.of(Subjects.inboxes(Subjects.userToken(user))));
        if (!served.isEmpty()) {
            subjects.add(Subjects.LISTING);
        }
        served.forEach(name -> {
            subjects.add(Subjects.connect(name, "*") + ' ' + Subjects.QUEUE);
            subjects.add(Subjects.direct(name, "*", "*") + ' ' + Subjects.QUEUE);
        });
        return subjects;
    }

    /** An entry of {@code authorization { users: [ … ] }} of the broker's configuration, without a password. */
    public String configuration() {
        return "{\n  user: " + quoted(user) + "\n  permissions: {\n    publish: { allow: " + list(publish())
                + " }\n    subscribe: { allow: " + list(subscribe()) + " }\n  }\n}\n";
    }

    private static String list(List<String> subjects) {
        return subjects.stream().map(NatsPermissions::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** The user and the subjects. */
    @Override
    public String toString() {
        return "NatsPermissions[user=" + user + ", publish=" + publish() + ", subscribe=" + subscribe() + ']';
    }
}
