package io.valise.ipc.cli;

import io.valise.ipc.sharedmem.NamedMutex;
import io.valise.ipc.testkit.process.CommandLoop;
import java.util.List;

/** A process that acquires a mutex, and keeps it. */
final class MutexHolder {
    private MutexHolder() {}

    public static void main(String[] arguments) {
        CommandLoop.run(MutexHolder::run);
    }

    private static String run(String command, List<String> words) throws InterruptedException {
        return command + ' ' + NamedMutex.open(words.get(0)).acquire().abandoned();
    }
}
