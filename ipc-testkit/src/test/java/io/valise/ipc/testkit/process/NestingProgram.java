package io.valise.ipc.testkit.process;

import java.util.List;

/** A program for {@link ForkedJvmTest} that can start itself once more. */
final class NestingProgram {
    private NestingProgram() {}

    public static void main(String[] arguments) {
        CommandLoop.run(NestingProgram::run);
    }

    @SuppressWarnings("resource") // dies with the JVM that started it, which is what is tested
    private static String run(String command, List<String> arguments) {
        return switch (command) {
            case "echo" -> String.join("+", arguments);
            case "print" -> {
                System.out.println("a stray line");
                CommandLoop.say("printed");
                yield "done";
            }
            case "home" -> System.getProperty("valise.home");
            case "fork" -> Long.toString(ForkedJvm.start(NestingProgram.class).pid());
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }
}
