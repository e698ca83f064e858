package io.valise.ipc.services.launch;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;

/** A target that does what the test asks for, failures included. */
final class TargetProgram {
    private TargetProgram() {}

    public static void main(String[] arguments) throws Exception {
        try (ResultTarget target = ResultTarget.open()) {
            switch (target.input().getString("do")) {
                case "echo" -> target.report(target.input());
                case "twice" -> {
                    target.report(ValueSet.of("report", 1));
                    target.report(ValueSet.of("report", 2)); // ends this process with a stack trace
                }
                case "too long" -> reportTooLong(target);
                case "nothing" -> System.out.println("gave up");
                case "die" ->
                    new ProcessBuilder(
                                    "kill",
                                    "-9",
                                    Long.toString(ProcessHandle.current().pid()))
                            .start()
                            .waitFor();
                default -> target.launcherGone().toCompletableFuture().join();
            }
        }
    }

    private static void reportTooLong(ResultTarget target) {
        try {
            target.report(ValueSet.of("bytes", new byte[200 << 10]));
        } catch (IpcException e) {
            target.report(ValueSet.of("status", e.status().toString()));
        }
    }
}
