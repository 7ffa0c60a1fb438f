package edgeloop.simulation;

import java.util.List;

/** Bugs in shortages of memory and of descriptors: who goes, and when. */
final class ShortageMutations {
    static final List<Mutant> ALL =
            List.of(
                    new Mutant(
                            "E67 the sum of all memory has no bound",
                            "buffer/MemoryBudget",
                            "while (before + bytes <= limit) {",
                            "while (before >= 0) {",
                            20_000),
                    new Mutant(
                                    "E67 memory that went back to the kernel is still counted",
                                    "buffer/SegmentPool",
                                    "budget.giveBack(slabBytes());\n        }\n    }",
                                    "}\n    }",
                                    20_000)
                            .rarely(1_701),
                    new Mutant(
                            "E67 whoever needs memory is cut off, not whoever holds it",
                            "MemoryShortage",
                            "long[] order = candidates();",
                            "long[] order = {};",
                            20_000),
                    new Mutant(
                                    "E67 those who move are cut off first",
                                    "MemoryShortage",
                                    "millis >= STALLED_MILLIS ? 1 : 0;",
                                    "millis >= STALLED_MILLIS ? 0 : 1;",
                                    20_000)
                            .rarely(24_001),
                    new Mutant(
                            "E67 who was cut off goes on",
                            "Closer",
                            "reset(connection, OUT_OF_MEMORY);",
                            "",
                            20_000),
                    new Mutant(
                            "E68 idle connections keep their descriptors",
                            "DescriptorShortage",
                            "boolean any = release() || closeSome();",
                            "boolean any = release();",
                            20_000),
                    new Mutant(
                            "E68 no descriptors are reserved",
                            "Acceptor",
                            "reserveStart = limit - reserve;",
                            "reserveStart = limit;",
                            20_000),
                    new Mutant(
                            "E68 the reserve is used up one by one",
                            "Acceptor",
                            "tightFrom = Math.max(1, group.open() - reserve);",
                            "if (isReserveNext()) { awaitDescriptors(); }",
                            20_000),
                    new Mutant(
                            "E68 a connection goes whose handler does not let it",
                            "DescriptorShortage",
                            "return connection.handler().isIdle(connection);",
                            "return true;",
                            20_000),
                    new Mutant(
                            "E68 those who were idle last go first",
                            "DescriptorShortage",
                            "(lingers << INT_BITS | waited) << INT_BITS | slot;",
                            "(lingers << INT_BITS | waited ^ Integer.MAX_VALUE) << INT_BITS | slot;",
                            20_000),
                    new Mutant(
                            "E68 the kernel is not asked before an idle connection goes",
                            "DescriptorShortage",
                            "boolean more = reactor.engine.askForInput(connection);",
                            "boolean more = false;",
                            20_000));

    private ShortageMutations() {}
}
