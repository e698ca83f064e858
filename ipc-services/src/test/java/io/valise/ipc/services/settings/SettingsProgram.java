package io.valise.ipc.services.settings;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.process.CommandLoop;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** An application: started with its publisher and its name, it changes settings on command. */
final class SettingsProgram implements CommandLoop.Commands {
    static final int SUB_KEYS = 10;

    private final SettingsHive own;
    private final SettingsHive base;
    private final BlockingQueue<SettingChange> heard = new LinkedBlockingQueue<>();

    private SettingsProgram(AppIdentity identity) {
        this.own = SettingsHive.open(identity);
        this.base = SettingsHive.openBase(identity);
    }

    /** For the settings of the machine of that name. */
    private SettingsProgram(String machine) {
        this.own = SettingsHive.openMachine(machine);
        this.base = own;
    }

    /** Arguments: a publisher and an application, or the name of settings of the machine. */
    public static void main(String[] arguments) {
        CommandLoop.run(
                arguments.length == 1
                        ? new SettingsProgram(arguments[0])
                        : new SettingsProgram(AppIdentity.open(arguments[0], arguments[1])));
    }

    @Override
    public String run(String command, List<String> arguments) throws InterruptedException {
        switch (command) {
            case "ready" -> {
                return "yes";
            }
            case "get" -> {
                return own.get(arguments.get(0)).map(Object::toString).orElse("nothing");
            }
            case "getIn" -> {
                return own.key(arguments.get(0))
                        .get(arguments.get(1))
                        .map(Object::toString)
                        .orElse("nothing");
            }
            case "putIn" -> own.key(arguments.get(0)).put(arguments.get(1), arguments.get(2));
            case "deleteTree" -> own.deleteTree(arguments.get(0));
            case "keys" -> {
                return own.keys().toString();
            }
            case "makeAndDelete" -> makeAndDelete();
            case "sync" -> own.sync();
            case "watchIn" -> own.key(arguments.get(0)).watch(heard::add);
            case "heard" -> {
                return heard.take().toString();
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

    /** Until it is killed: sub-keys are made in their order, and deleted at once. */
    private void makeAndDelete() {
        own.put("kept", true);
        for (int round = 0; ; round++) {
            for (int i = 0; i < SUB_KEYS; i++) {
                own.key("tree/k" + i).put("round", round);
            }
            own.deleteTree("tree");
            if (round == 3) {
                CommandLoop.say("going");
            }
        }
    }

    private void putMany(String prefix, int count) {
        for (int i = 0; i < count; i++) {
            own.put(prefix + i, i);
        }
    }
}
