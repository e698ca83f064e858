package io.valise.ipc.cli;

import io.valise.ipc.services.launch.ResultTarget;

/** A target that reports what it was asked. */
final class EchoTarget {
    private EchoTarget() {}

    public static void main(String[] arguments) {
        try (ResultTarget target = ResultTarget.open()) {
            target.report(target.input());
        }
    }
}
