(** Boxes in a space with finitely many real coordinates: a property of boxes that always passes to one of two
    parts holds close to some point. So a continuous function has a minimum on a box, and a box is no set
    of measure zero. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality Classical.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Lemma counterexample (T : Type) (A B : T -> Prop) :
  ~ (forall x, A x -> B x) -> exists x, A x /\ ~ B x.
Proof.
by move=> n; apply: NNPP => no; apply: n => x Ax; apply: NNPP => nB; apply: no; exists x.
Qed.

Lemma near_point1 (P : R -> R -> Prop) a b :
  (forall a b a' b', a' <= a -> b <= b' -> P a b -> P a' b') ->
  (forall a c b, a <= c -> c <= b -> P a b -> P a c \/ P c b) ->
  a <= b -> P a b -> exists z, a <= z <= b /\ forall e, 0 < e -> P (z - e) (z + e).
Proof.
move=> mono add ab Pab; have [Paa|na] := classic (P a a).
  by exists a; split=> [|e e0]; [lra | apply: mono Paa; lra].
pose E t := a <= t <= b /\ ~ P a t.
have [|m [ub lub]] := completeness E _ (ex_intro _ a (conj (conj (Rle_refl a) ab) na)).
  by exists b => t [[_ tb] _].
have am : a <= m by apply: ub; split=> //; lra.
have mb : m <= b by apply: lub => t [[_ tb] _].
exists m; split=> // e e0.
have [t [[tb nt] te]] : exists t, E t /\ m - e < t.
  apply: NNPP => no; suff : m <= m - e by lra.
  by apply: lub => t Et; apply: Rnot_lt_le => lt; apply: no; exists t.
have tm : t <= m by apply: ub.
pose u := Rmin b (m + e / 2).
have u1 : u <= b by exact: Rmin_l.
have u2 : u <= m + e / 2 by exact: Rmin_r.
have u3 : m <= u by apply: Rmin_glb; lra.
have Pau : P a u.
  rewrite /u /Rmin; case: Rle_dec => [_|lt]; first exact: Pab.
  apply: NNPP => np; have : m + e / 2 <= m by apply: ub; split=> //; lra.
  by lra.
case: (add a t u _ _ Pau); [lra | lra | by [] |].
by apply: mono; lra.
Qed.

Section Boxes.
Variable I : finType.
Implicit Types (lo hi z w : I -> R).

(** The coordinate [i] of [x] replaced by [t]. *)
Definition put (x : I -> R) (i : I) (t : R) : I -> R := fun j => if j == i then t else x j.

Lemma near_some_point (P : (I -> R) -> (I -> R) -> Prop) lo hi :
  (forall lo hi lo' hi', (forall i, lo' i <= lo i) -> (forall i, hi i <= hi' i) -> P lo hi -> P lo' hi') ->
  (forall lo hi i c, lo i <= c -> c <= hi i -> P lo hi -> P lo (put hi i c) \/ P (put lo i c) hi) ->
  (forall i, lo i <= hi i) -> P lo hi ->
  exists z, (forall i, lo i <= z i <= hi i) /\
    forall e, 0 < e -> P (fun i => z i - e) (fun i => z i + e).
Proof.
move=> mono add lh Plh.
pose low (z : I -> R) (s : seq I) e i := if i \in s then z i - e else lo i.
pose high (z : I -> R) (s : seq I) e i := if i \in s then z i + e else hi i.
suff: forall s, exists z, (forall i, lo i <= z i <= hi i) /\ forall e, 0 < e -> P (low z s e) (high z s e).
  move=> /(_ (enum I)) [z [zb H]]; exists z; split=> // e /H.
  by apply: mono => i; rewrite /low /high mem_enum /=; lra.
elim=> [|i0 s [z [zb IH]]].
  by exists lo; split=> // i; split; [lra | exact: lh].
case i0s : (i0 \in s).
  exists z; split=> // e /IH; apply: mono => i; rewrite /low /high inE;
    by case: eqP => [->|_] /=; rewrite ?i0s; lra.
pose P1 a b := forall e, 0 < e -> P (put (low z s e) i0 a) (put (high z s e) i0 b).
have [||||z0 [z0b H]] := @near_point1 P1 (lo i0) (hi i0).
- move=> a b a' b' aa bb H e /H; apply: mono => i; rewrite /put; case: eqP => _; lra.
- move=> a c b ac cb H; have [h1|n1] := classic (P1 a c); first by left.
  have [h2|n2] := classic (P1 c b); first by right.
  have [e1 [p1 m1]] := counterexample n1.
  have [e2 [p2 m2]] := counterexample n2.
  have p : 0 < Rmin e1 e2 by apply: Rmin_pos.
  have q1 := Rmin_l e1 e2; have q2 := Rmin_r e1 e2.
  have A1 : put (low z s (Rmin e1 e2)) i0 a i0 <= c by rewrite /put eqxx.
  have A2 : c <= put (high z s (Rmin e1 e2)) i0 b i0 by rewrite /put eqxx.
  case: (add _ _ i0 c A1 A2 (H _ p)) => K; exfalso.
    apply: m1; apply: mono K => i; rewrite /put /low /high; (case: eqP => _; last case: ifP => _); lra.
  apply: m2; apply: mono K => i; rewrite /put /low /high; (case: eqP => _; last case: ifP => _); lra.
- exact: lh.
- move=> e /IH; apply: mono => i; rewrite /put /low /high; case: eqP => [->|_]; rewrite ?i0s; lra.
exists (put z i0 z0); split=> [i|e e0]; first by rewrite /put; case: eqP => [->|_].
have := H e e0 e e0; apply: mono => i; rewrite /put /low /high inE; (case: eqP => _ /=; last case: ifP => _); lra.
Qed.

(** ** Sets of measure zero *)

Canonical Rmult_monoid := Monoid.Law (fun x y z : R => esym (Rmult_assoc x y z)) Rmult_1_l Rmult_1_r.
Canonical Rmult_comoid := Monoid.ComLaw Rmult_comm.

(** The volume of the box of all [w] with [lo i <= w i <= hi i]: the product of the lengths. *)
Definition volume lo hi : R := \big[Rmult/1]_(i : I) Rmax 0 (hi i - lo i).

(** In one or more dimensions [N] has measure zero: for every [eta > 0] it is covered by countably many open boxes of total volume
    at most [eta]. *)
Definition null (N : (I -> R) -> Prop) : Prop :=
  forall eta, 0 < eta -> exists a b : nat -> I -> R,
  (forall w, N w -> exists n, forall i, a n i < w i < b n i) /\
  forall m : nat, \big[Rplus/0]_(n < m) volume (a n) (b n) <= eta.

(** The volume of the intersection of two boxes. *)
Definition common (a b : I -> R) lo hi : R :=
  volume (fun i => Rmax (a i) (lo i)) (fun i => Rmin (b i) (hi i)).

Lemma prod_ge0 (F : I -> R) : (forall i, 0 <= F i) -> 0 <= \big[Rmult/1]_(i : I) F i.
Proof. by move=> F0; elim/big_ind: _ => [|x y *|i _]; [lra | exact: Rmult_le_pos | exact: F0]. Qed.

Lemma prod_gt0 (F : I -> R) : (forall i, 0 < F i) -> 0 < \big[Rmult/1]_(i : I) F i.
Proof. by move=> F0; elim/big_ind: _ => [|x y *|i _]; [lra | exact: Rmult_lt_0_compat | exact: F0]. Qed.

Lemma prod_le (F G : I -> R) : (forall i, 0 <= F i <= G i) ->
  \big[Rmult/1]_(i : I) F i <= \big[Rmult/1]_(i : I) G i.
Proof.
move=> H; suff : 0 <= \big[Rmult/1]_(i : I) F i <= \big[Rmult/1]_(i : I) G i by case.
elim/big_ind2: _ => [|x a y b [x0 xa] [y0 yb]|i _]; [lra | | exact: H].
by split; [exact: Rmult_le_pos | apply: Rmult_le_compat].
Qed.

Lemma volume_ge0 lo hi : 0 <= volume lo hi.
Proof. by apply: prod_ge0 => i; exact: Rmax_l. Qed.

Lemma common_le a b lo hi : common a b lo hi <= volume a b.
Proof.
apply: prod_le => i; split; first exact: Rmax_l.
apply: Rmax_lub; first exact: Rmax_l.
apply: Rle_trans (Rmax_r _ _).
by have := Rmax_l (a i) (lo i); have := Rmin_l (b i) (hi i); lra.
Qed.

(** A cut through a box adds up. *)
Lemma volume_cut lo hi i c : lo i <= c -> c <= hi i ->
  volume lo (put hi i c) + volume (put lo i c) hi = volume lo hi.
Proof.
move=> lc ch; rewrite /volume (bigD1 i) //= [X in _ + X](bigD1 i) //= [in RHS](bigD1 i) //= /put eqxx.
rewrite (eq_bigr (fun j => Rmax 0 (hi j - lo j))) => [|j ne]; last by rewrite (negbTE ne).
rewrite [X in _ + _ * X](eq_bigr (fun j => Rmax 0 (hi j - lo j))) => [|j ne]; last by rewrite (negbTE ne).
rewrite -Rmult_plus_distr_r; congr (_ * _).
by rewrite !Rmax_right; lra.
Qed.

Lemma length_cut (a b l h c : R) : l <= c -> c <= h ->
  Rmax 0 (Rmin b c - Rmax a l) + Rmax 0 (Rmin b h - Rmax a c) = Rmax 0 (Rmin b h - Rmax a l).
Proof.
move=> lc ch; rewrite {2 4 6}/Rmax /Rmin; repeat (case: Rle_dec => ?);
  by rewrite /Rmax; repeat case: Rle_dec => ?; lra.
Qed.

Lemma common_cut a b lo hi i c : lo i <= c -> c <= hi i ->
  common a b lo (put hi i c) + common a b (put lo i c) hi = common a b lo hi.
Proof.
move=> lc ch; rewrite /common /volume (bigD1 i) //= [X in _ + X](bigD1 i) //= [in RHS](bigD1 i) //= /put eqxx.
rewrite (eq_bigr (fun j => Rmax 0 (Rmin (b j) (hi j) - Rmax (a j) (lo j)))) => [|j ne]; last by rewrite (negbTE ne).
rewrite [X in _ + _ * X](eq_bigr (fun j => Rmax 0 (Rmin (b j) (hi j) - Rmax (a j) (lo j)))) => [|j ne];
  last by rewrite (negbTE ne).
rewrite -Rmult_plus_distr_r; congr (_ * _).
exact: length_cut.
Qed.

(** A set of measure zero leaves points of every box out. *)
Theorem box_not_null (N : (I -> R) -> Prop) lo hi :
  (forall i, lo i < hi i) -> null N -> exists w, (forall i, lo i <= w i <= hi i) /\ ~ N w.
Proof.
move=> lh nul; apply: NNPP => no.
have all w : (forall i, lo i <= w i <= hi i) -> N w.
  by move=> wb; apply: NNPP => nw; apply: no; exists w.
have v0 : 0 < volume lo hi by apply: prod_gt0 => i; rewrite Rmax_right; have := lh i; lra.
have [|a [b [cover total]]] := nul (volume lo hi / 2); first lra.
(* a box inside that is covered economically *)
pose S lo' hi' (m : nat) := \big[Rplus/0]_(n < m) common (a n) (b n) lo' hi'.
pose cheap lo' hi' := 0 < volume lo' hi' /\ forall m, S lo' hi' m <= volume lo' hi' / 2.
pose P l h := exists lo' hi', [/\ forall i, l i <= lo' i, forall i, hi' i <= h i, forall i, lo' i <= hi' i
  & cheap lo' hi'].
have S_mono l h m1 m2 : (m1 <= m2)%N -> S l h m1 <= S l h m2.
  move=> /subnKC <-; rewrite /S big_split_ord /=; set x := \big[_/_]_(_ < m1) _; set y := \big[_/_]_(_ < _) _.
  suff : 0 <= y by lra.
  by apply: sum_ge0 => i; exact: volume_ge0.
have S_cut l h i c m : l i <= c -> c <= h i -> S l (put h i c) m + S (put l i c) h m = S l h m.
  by move=> lc ch; rewrite /S -sumD; apply: eq_sum => n; exact: common_cut.
have [||||z [zb near]] := @near_some_point P lo hi.
- move=> l h l' h' ll hh [lo' [hi' [A B C D]]]; exists lo', hi'; split=> // i.
    exact: Rle_trans (ll i) (A i).
  exact: Rle_trans (B i) (hh i).
- move=> l h i c lc ch [lo' [hi' [A B C [v D]]]].
  have [c1|c1] := Rle_lt_dec c (lo' i).
    right; exists lo', hi'; split=> // j; rewrite /put; case: eqP => [->|_] //; exact: A.
  have [c2|c2] := Rle_lt_dec (hi' i) c.
    left; exists lo', hi'; split=> // j; rewrite /put; case: eqP => [->|_] //; exact: B.
  have cut := volume_cut (Rlt_le _ _ c1) (Rlt_le _ _ c2).
  have pos1 : 0 < volume lo' (put hi' i c).
    apply: prod_gt0 => j; rewrite /put; case: eqP => [->|ne]; first by rewrite Rmax_right; lra.
    apply: Rnot_le_lt => le; move: v; rewrite /volume (bigD1 j) //=.
    have e := Rmax_l 0 (hi' j - lo' j); have -> : Rmax 0 (hi' j - lo' j) = 0 by lra.
    by rewrite Rmult_0_l; exact: Rlt_irrefl.
  have pos2 : 0 < volume (put lo' i c) hi'.
    apply: prod_gt0 => j; rewrite /put; case: eqP => [->|ne]; first by rewrite Rmax_right; lra.
    apply: Rnot_le_lt => le; move: v; rewrite /volume (bigD1 j) //=.
    have e := Rmax_l 0 (hi' j - lo' j); have -> : Rmax 0 (hi' j - lo' j) = 0 by lra.
    by rewrite Rmult_0_l; exact: Rlt_irrefl.
  have [K|n1] := classic (forall m, S lo' (put hi' i c) m <= volume lo' (put hi' i c) / 2).
    left; exists lo', (put hi' i c); split=> // j; rewrite /put; case: eqP => [ej|_]; rewrite ?ej; by [lra | exact: B | exact: C].
  have [K|n2] := classic (forall m, S (put lo' i c) hi' m <= volume (put lo' i c) hi' / 2).
    right; exists (put lo' i c), hi'; split=> // j; rewrite /put; case: eqP => [ej|_]; rewrite ?ej; by [lra | exact: A | exact: C].
  have [m1 /Rnot_le_lt k1] := not_all_ex_not _ _ n1.
  have [m2 /Rnot_le_lt k2] := not_all_ex_not _ _ n2.
  have := D (maxn m1 m2); have := S_cut lo' hi' i c (maxn m1 m2) (Rlt_le _ _ c1) (Rlt_le _ _ c2).
  have := S_mono lo' (put hi' i c) _ _ (leq_maxl m1 m2).
  have := S_mono (put lo' i c) hi' _ _ (leq_maxr m1 m2); lra.
- by move=> i; exact: Rlt_le.
- exists lo, hi; split; [by move=> i; lra | by move=> i; lra | by move=> i; exact: Rlt_le |].
  split=> // m; apply: Rle_trans (total m); apply: sum_le => n; exact: common_le.
have [n zn] := cover z (all z zb).
have [e [e0 eb]] : exists e, 0 < e /\ forall i, a n i < z i - e /\ z i + e < b n i.
  suff: forall s : seq I, exists e, 0 < e /\ forall i, i \in s -> a n i < z i - e /\ z i + e < b n i.
    by move=> /(_ (enum I)) [e [e0 H]]; exists e; split=> // i; apply: H; rewrite mem_enum.
  elim=> [|i s [e [e0 H]]]; first by exists 1; split=> //; lra.
  have [z1 z2] := zn i.
  exists (Rmin e (Rmin ((z i - a n i) / 2) ((b n i - z i) / 2))); split.
    by apply: Rmin_pos => //; apply: Rmin_pos; lra.
  have q1 := Rmin_l e (Rmin ((z i - a n i) / 2) ((b n i - z i) / 2)).
  have q2 := Rmin_r e (Rmin ((z i - a n i) / 2) ((b n i - z i) / 2)).
  have q3 := Rmin_l ((z i - a n i) / 2) ((b n i - z i) / 2).
  have q4 := Rmin_r ((z i - a n i) / 2) ((b n i - z i) / 2).
  move=> j; rewrite inE => /orP [/eqP ->|/H]; lra.
have [lo' [hi' [A B C [v D]]]] := near e e0.
have := D n.+1; rewrite /S big_ord_recr /=.
have -> : common (a n) (b n) lo' hi' = volume lo' hi'.
  rewrite /common /volume; apply: eq_bigr => i _; congr (Rmax 0 (_ - _)).
    by rewrite Rmin_right //; have := B i; have := eb i; lra.
  by rewrite Rmax_right //; have := A i; have := eb i; lra.
set y := \big[_/_]_(_ < n) _; have : 0 <= y by apply: sum_ge0 => i; exact: volume_ge0.
lra.
Qed.
End Boxes.

(** A function that is continuous everywhere has a minimum on every box. *)
Theorem minimum n (f : vec n -> R) (lo hi : vec n) :
  (forall y, cont f y) -> (forall i, lo i <= hi i) ->
  exists z, (forall i, lo i <= z i <= hi i) /\ forall y, (forall i, lo i <= y i <= hi i) -> f z <= f y.
Proof.
move=> fc lh; pose inside (y : vec n) := forall i, lo i <= y i <= hi i.
pose P (l h : vec n) := forall y, inside y -> exists w, [/\ inside w, forall i, l i <= w i <= h i & f w <= f y].
have [||||z [zb near]] := @near_some_point _ P lo hi.
- move=> l h l' h' ll hh H y /H [w [a b c]]; exists w; split=> // i.
  by have := b i; have := ll i; have := hh i; lra.
- move=> l h i c lc ch H; apply: NNPP => no.
  have [n1 n2] := not_or_and _ _ no.
  have [y1 [b1 m1]] := counterexample n1.
  have [y2 [b2 m2]] := counterexample n2.
  have [y [b [l1 l2]]] : exists y, inside y /\ f y <= f y1 /\ f y <= f y2.
    by have [le|lt] := Rle_lt_dec (f y1) (f y2); [exists y1 | exists y2]; split=> //; lra.
  have [w [wi wb wf]] := H y b.
  have [le|lt] := Rle_lt_dec (w i) c.
    apply: m1; exists w; split=> // [j|]; last lra.
    by rewrite /put; case: eqP => [->|_]; [split=> //; case: (wb i) | exact: wb].
  apply: m2; exists w; split=> // [j|]; last lra.
  by rewrite /put; case: eqP => [->|_]; [split; [lra | case: (wb i)] | exact: wb].
- exact: lh.
- by move=> y b; exists y; split=> //; lra.
exists z; split=> // y yb; apply: Rnot_lt_le => lt.
have mid : f y < (f z + f y) / 2 < f z by lra.
have [e H] : exists e : posreal, forall w, (forall i, Rabs (w i - z i) < e) -> f y < f w.
  have p : 0 < f z - f y by lra.
  have [e H] := fc z _ (locally_ball (f z) (mkposreal _ p)).
  exists e => w wb; have := H w (fun i => wb i); rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= => /Rabs_def2.
  by lra.
have e0 := cond_pos e; have e2 : 0 < e / 2 by lra.
have [w [wi wb wf]] := near (e / 2) e2 y yb.
suff : f y < f w by lra.
by apply: H => i; have := wb i => [[x1 x2]]; apply: Rabs_def1; lra.
Qed.

(** The hypotheses of [box_not_null] are met: a point of the line has measure zero. *)
Lemma box_not_null_met : null (fun w : 'I_1 -> R => forall i, w i = 0).
Proof.
move=> eta e0.
exists (fun n _ => if n is 0%N then - (eta / 2) else 0), (fun n _ => if n is 0%N then eta / 2 else 0); split.
  by move=> w w0; exists 0%N => i; rewrite w0; lra.
have one (F : 'I_1 -> R) : \big[Rmult/1]_(i : 'I_1) F i = F ord0.
  by rewrite big_ord_recl big_ord0 Rmult_1_r.
case=> [|m]; first by rewrite big_ord0; lra.
rewrite big_ord_recl /volume one Rmax_right; last by rewrite /=; lra.
rewrite big1 => [|i _]; first by rewrite /=; lra.
by rewrite one /= Rmax_left; lra.
Qed.
