package io.valise.ipc.testkit.process;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.Providers;
import io.valise.ipc.spi.Transport;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;

/**
 * Loads the classes that go into the archive of a {@link PreparedClassPath}: those of the folders and of this library, and
 * what a server and a client use over each transport of this machine.
 */
final class ArchivedClasses {
    private ArchivedClasses() {}

    /** Runs without arguments, and ends. */
    public static void main(String[] arguments) throws IOException {
        for (Transport transport : Providers.transports().all()) {
            if (transport.reach() == Transport.Reach.MACHINE) {
                call(transport.scheme() + ":archived-classes");
            }
        }
        for (Path entry : ClassPath.ofThisJvm().entries()) {
            if (PreparedClassPath.isPacked(entry)
                    || entry.getFileName().toString().startsWith("ipc-")) {
                load(entry);
            }
        }
    }

    private static void call(String address) {
        try (IpcServer server = IpcServer.builder(address)
                        .service("echo", request -> request.message())
                        .start();
                IpcConnection connection = IpcClient.builder(address).connect()) {
            connection.request(
                    "echo", ValueSet.of("endpoints", server.endpoints().size()));
        }
    }

    private static void load(Path jar) throws IOException {
        List<String> names;
        try (JarFile file = new JarFile(jar.toFile())) {
            names = file.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.endsWith(".class") && !name.endsWith("Test.class"))
                    .filter(name -> !name.contains("-info") && !name.startsWith("META-INF"))
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .toList();
        }
        for (String name : names) {
            load(name);
        }
    }

    private static void load(String name) {
        try {
            Class.forName(name, false, ArchivedClasses.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            System.getLogger(ArchivedClasses.class.getName())
                    .log(Level.DEBUG, "not archived, since its library is not on the class path: " + name, e);
        }
    }
}
