"""Exploration: every schedule of a small scenario, and the shortest run that breaks a rule.

The code under test is the real engine on the real simulated machine, in abstract time (`model.machine.explored`):

    explorer    what to run next: strategies, budgets, the report
      strategies  answer the choices of one run
        run         one execution: builds the world, lets it run, tells the rules, keeps the choices
          states      what makes two moments the same, for the complete strategy
    shrinking   fewer preemptions, threads and calls that still break the same rule
    failure     the two steps that conflict, who waits for whom, and the scenario that plays it
    litmus      the generations alone, against litmus files
    mutants     planted bugs, which the rules must find
"""
