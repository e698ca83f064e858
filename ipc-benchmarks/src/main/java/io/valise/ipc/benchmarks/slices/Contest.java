package io.valise.ipc.benchmarks.slices;

import io.valise.ipc.benchmarks.peer.PeerProcess;
import io.valise.ipc.benchmarks.probe.Figure;
import io.valise.ipc.benchmarks.probe.Probe;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Contenders that do the same job in alternating slices: in each round every contender has one slice, in an order that
 * rotates from round to round. The processes of all contenders are started, warm, and stopped while they have no slice:
 * warm is a contender whose JVMs have all but stopped compiling.
 * A slice during which the host or other processes took the processors is repeated; a round with a slice that stays
 * disturbed is left out for all contenders. The processes are started anew several times: some JVMs are slower than
 * others for as long as they live.
 *
 * <p>Each contender gets a figure with one sample for each round, so that ratios are taken round by round.
 */
public final class Contest implements Probe {
    private static final int WARM_UP_OF_A_SLICE = 50;
    private static final int TRIES = 3;

    /** Longer than a connection waits before it becomes idle. */
    private static final int PAUSE_MILLIS = 1_500;

    /** A contender is warm when the compilers of its clients work for less than this share of the time. */
    private static final double COMPILING_WHEN_WARM = 0.02;

    private final String name;
    private final Job job;
    private final List<ContestEntry> entries;
    private final Conditions conditions;
    private final Plan fullPlan;

    private int slices;
    private int repeated;
    private int leftOut;
    private String worst = "";
    private String missing = "";
    private String brokerVersion = "";
    private final Map<String, Double> compilingWhenMeasured = new TreeMap<>();

    Contest(String name, Job job, List<ContestEntry> entries, Conditions conditions) {
        this(name, job, entries, conditions, Plan.FULL);
    }

    /** With the plan of a full run. */
    Contest(String name, Job job, List<ContestEntry> entries, Conditions conditions, Plan plan) {
        this.name = name;
        this.job = job;
        this.entries = List.copyOf(entries);
        this.conditions = conditions;
        this.fullPlan = plan;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Figure> measure(boolean quick) throws Exception {
        missing = conditions.missing();
        if (!missing.isEmpty()) {
            System.out.println("# " + name + ": not measured, " + missing);
            return List.of();
        }
        Plan plan = quick ? Plan.QUICK : fullPlan;
        List<double[]> rounds = new ArrayList<>();
        for (int generation = 0; generation < plan.generations(); generation++) {
            rounds.addAll(measure(plan));
        }
        List<Figure> figures = new ArrayList<>();
        for (int i = 0; i < entries.size() && rounds.size() >= plan.leastRounds(); i++) {
            int entry = i;
            figures.add(new Figure(
                    figureName(entries.get(i)),
                    job.unit(),
                    rounds.stream().map(round -> round[entry]).collect(Collectors.toList())));
        }
        return figures;
    }

    /** The names of its figures. */
    public List<String> figureNames() {
        return entries.stream().map(this::figureName).collect(Collectors.toList());
    }

    private String figureName(ContestEntry entry) {
        boolean grows =
                entries.stream().mapToInt(ContestEntry::clients).distinct().count() > 1;
        return name + "." + entry.contender() + (grows ? entry.clients() : "");
    }

    /** Those at a broker are left out of a quick run. */
    @Override
    public boolean isQuick() {
        return !conditions.broker();
    }

    /** The text about the run for the page: how much of it was disturbed, or why there was none. */
    @Override
    public Map<String, String> facts() {
        if (!missing.isEmpty()) {
            return Map.of(name, "not measured: " + missing);
        }
        if (slices == 0) {
            return Map.of();
        }
        String text = slices + " slices, " + repeated + " of them disturbed and repeated"
                + (leftOut == 0 ? "" : ", " + leftOut + " rounds left out as the disturbance stayed")
                + (worst.isEmpty() ? "" : "; the last: " + worst)
                + (compilingWhenMeasured.isEmpty() ? "" : "; measured before they were warm: " + cold());
        return Map.of(name, text + brokerVersion);
    }

    private String cold() {
        return compilingWhenMeasured.entrySet().stream()
                .map(one -> String.format(Locale.ROOT, "%s (compiling=%.0f %%)", one.getKey(), 100 * one.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** The undisturbed rounds of one generation of processes: in each a figure for each entry. */
    private List<double[]> measure(Plan plan) throws IOException, InterruptedException {
        Deque<Closeable> started = new ArrayDeque<>();
        try {
            List<Long> beside = new ArrayList<>();
            for (int i = 0; i < conditions.loadProcesses(); i++) {
                PeerProcess process = PeerProcess.start(List.of(), LoadProcess.class);
                started.push(process::close);
                beside.add(process.pid());
            }
            List<String> settings = List.of();
            if (conditions.broker()) {
                Broker broker = Broker.start();
                started.push(broker);
                beside.add(broker.pid());
                settings = broker.options();
                brokerVersion = "; " + Broker.version();
            }
            List<ContenderProcesses> processes = startProcesses(started, settings, plan);
            List<double[]> rounds = new ArrayList<>();
            for (int round = 0; round < plan.rounds(); round++) {
                round(round, processes, beside, plan).ifPresentOrElse(rounds::add, () -> leftOut++);
            }
            return rounds;
        } finally {
            for (Closeable one : started) {
                one.close();
            }
        }
    }

    /** The processes of each entry, warm; entries of one contender share them. */
    private List<ContenderProcesses> startProcesses(Deque<Closeable> started, List<String> settings, Plan plan)
            throws IOException, InterruptedException {
        Map<String, ContenderProcesses> byContender = new LinkedHashMap<>();
        List<ContenderProcesses> ofEntries = new ArrayList<>();
        for (ContestEntry entry : entries) {
            ContenderProcesses processes = byContender.get(entry.contender());
            if (processes == null) {
                int clients = mostClients(entry.contender());
                processes = ContenderProcesses.start(job, entry.contender(), clients, conditions.prefix(), settings);
                started.push(processes);
                byContender.put(entry.contender(), processes);
                warmUp(processes, clients, plan);
            }
            ofEntries.add(processes);
        }
        // What a connection does after its first pause was never compiled, and what was compiled did not allow for it.
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        for (Map.Entry<String, ContenderProcesses> one : byContender.entrySet()) {
            double compiling = warmUp(one.getValue(), mostClients(one.getKey()), plan);
            if (compiling > COMPILING_WHEN_WARM) {
                compilingWhenMeasured.merge(one.getKey(), compiling, Math::max);
            }
        }
        return ofEntries;
    }

    /**
     * As many JVMs compile as there are clients, on the same processors: each needs as much time of them. Returns the share
     * of the time for which the compilers still worked.
     */
    private static double warmUp(ContenderProcesses processes, int clients, Plan plan) throws IOException {
        double compiling = 1;
        for (int i = 0; i < plan.mostWarmUps() && compiling > COMPILING_WHEN_WARM; i++) {
            compiling =
                    processes.slice(clients, 1, plan.warmUpMillis() * clients).compiling();
        }
        return compiling;
    }

    private int mostClients(String contender) {
        return entries.stream()
                .filter(entry -> entry.contender().equals(contender))
                .mapToInt(ContestEntry::clients)
                .max()
                .orElseThrow();
    }

    /** Empty when a slice stayed disturbed. */
    private Optional<double[]> round(int number, List<ContenderProcesses> processes, List<Long> beside, Plan plan)
            throws IOException {
        double[] figures = new double[processes.size()];
        for (int turn = 0; turn < figures.length; turn++) {
            int entry = (number + turn) % figures.length;
            int clients = entries.get(entry).clients();
            figures[entry] = undisturbed(processes.get(entry), clients, beside, plan.sliceMillis());
            if (Double.isNaN(figures[entry])) {
                return Optional.empty();
            }
        }
        return Optional.of(figures);
    }

    /** The figure of a slice that nothing disturbed; NaN when all tries were disturbed. */
    private double undisturbed(ContenderProcesses processes, int clients, List<Long> beside, int millis)
            throws IOException {
        List<Long> own = new ArrayList<>(processes.pids(clients));
        own.addAll(beside);
        own.add(ProcessHandle.current().pid());
        for (int i = 0; i < TRIES; i++) {
            Processors before = Processors.now(own);
            double value = processes.slice(clients, WARM_UP_OF_A_SLICE, millis).figure();
            String disturbance = Processors.now(own).disturbanceSince(before);
            slices++;
            if (disturbance.isEmpty()) {
                return value;
            }
            repeated++;
            worst = disturbance;
        }
        return Double.NaN;
    }

    /**
     * How often and how long.
     *
     * @param generations how often the processes are started anew
     * @param rounds of each generation
     * @param leastRounds undisturbed rounds without which there is no figure
     * @param warmUpMillis how long each client of a contender works between two looks whether its JVMs are warm
     * @param mostWarmUps after how many of these times a contender is measured though its JVMs still compile
     * @param sliceMillis the measured time of a slice
     */
    record Plan(int generations, int rounds, int leastRounds, int warmUpMillis, int mostWarmUps, int sliceMillis) {
        static final Plan QUICK = new Plan(2, 5, 6, 500, 8, 300);
        static final Plan FULL = new Plan(5, 5, 15, 1_000, 20, 500);
    }
}
