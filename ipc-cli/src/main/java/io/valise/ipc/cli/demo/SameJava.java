package io.valise.ipc.cli.demo;

import io.valise.ipc.cli.doctor.NativeAccess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How to start this command again, by the same Java with the same classes and settings. Stateless. */
final class SameJava {
    private static final String MAIN = "io.valise.ipc.cli.Ipc";
    private static final int NATIVE_ACCESS_OPTION = 17;

    private SameJava() {}

    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC"); // starts fastest, and takes the least processor time from the other process
        if (Runtime.version().feature() > NATIVE_ACCESS_OPTION && NativeAccess.isFree()) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        addSettings(command);
        addClasses(command);
        command.addAll(List.of(arguments));
        return command;
    }

    /** The runtime directory and the transports' settings must be the same in all processes. */
    private static void addSettings(List<String> command) {
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("valise.") && !name.equals("valise.application"))
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
    }

    private static void addClasses(List<String> command) {
        String module = System.getProperty("jdk.module.main");
        String modulePath = System.getProperty("jdk.module.path");
        if (modulePath != null && "io.valise.ipc.cli".equals(module)) {
            command.addAll(List.of("-p", modulePath, "-m", module + "/" + MAIN));
        } else {
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
        }
    }
}
