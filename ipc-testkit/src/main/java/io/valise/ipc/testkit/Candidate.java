package io.valise.ipc.testkit;

import io.valise.ipc.spi.Transport;
import java.nio.file.Path;
import java.util.List;

/**
 * The transport under test, and what the kit must know about it.
 *
 * @since 0.1.0
 */
public interface Candidate {
    /**
     * A new instance of the transport. For the rules between processes its class needs a public constructor without
     * parameters, by which the other process makes its own.
     */
    Transport transport();

    /** Whether it connects processes; false leaves out the rules that need several. */
    default boolean betweenProcesses() {
        return true;
    }

    /**
     * Whether both ends are proved to belong to the same user of one machine. Where they are not, no peer is the same user, and
     * a server has no default of who may call.
     */
    default boolean provesSameUser() {
        return true;
    }

    /** Whether a name has one server at a time; false where several servers may have one name, and share its clients. */
    default boolean namesAreExclusive() {
        return true;
    }

    /** Whether servers are found by the runtime directory; false leaves out the rules about it. */
    default boolean usesRuntimeDirectory() {
        return true;
    }

    /** Whether each connection has a descriptor of its own at either end. */
    default boolean hasDescriptorPerConnection() {
        return true;
    }

    /** The directories in which servers and connections may leave things; those that do not exist are empty. */
    default List<Path> directories() {
        return List.of(TestHome.path());
    }

    /** Whether something found in {@link #directories()} after the test is there by mistake. */
    default boolean isLeftover(Path found) {
        return !mayStay(found);
    }

    /** Whether a file is meant to stay: lock files, and the marker files of folders. */
    static boolean mayStay(Path found) {
        String name = found.getFileName().toString();
        return name.endsWith(".lock") || name.equals(".valise");
    }
}
