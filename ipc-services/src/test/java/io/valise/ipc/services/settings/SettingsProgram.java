package io.valise.ipc.services.settings;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.process.CommandLoop;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** An application: started with its publisher and its name, it changes settings on command. */
final class SettingsProgram implements CommandLoop.Commands {
    private final SettingsHive own;
    private final SettingsHive base;
    private final BlockingQueue<SettingChange> heard = new LinkedBlockingQueue<>();

    private SettingsProgram(AppIdentity identity) {
        this.own = SettingsHive.open(identity);
        this.base = SettingsHive.openBase(identity);
    }

    public static void main(String[] arguments) {
        CommandLoop.run(new SettingsProgram(AppIdentity.open(arguments[0], arguments[1])));
    }

    @Override
    public String run(String command, List<String> arguments) {
        switch (command) {
            case "ready" -> {
                return "yes";
            }
            case "get" -> {
                return own.get(arguments.get(0)).map(Object::toString).orElse("nothing");
            }
            case "watch" -> own.watch(heard::add);
            case "hear" -> hear(new SettingChange(arguments.get(0), Optional.of(arguments.get(1))));
            case "put" -> own.put(arguments.get(0), arguments.get(1));
            case "revert" -> own.revert(arguments.get(0));
            case "putBase" -> base.put(arguments.get(0), arguments.get(1));
            case "putMany" -> putMany(arguments.get(0), Integer.parseInt(arguments.get(1)));
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        }
        return "done";
    }

    /** Waits for a change; others may come before. */
    private void hear(SettingChange wanted) {
        try {
            SettingChange change = heard.take();
            while (!change.equals(wanted)) {
                change = heard.take();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void putMany(String prefix, int count) {
        for (int i = 0; i < count; i++) {
            own.put(prefix + i, i);
        }
    }
}
