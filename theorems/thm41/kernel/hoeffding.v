(** * Fair signs: a function that no single sign changes by more than 1 is seldom far below its mean *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import intervals.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The mean of [g] over the 2^m rows of [m] signs. *)
Fixpoint average (m : nat) (g : seq bool -> R) : R :=
  if m is p.+1 then (average p (fun s => g (true :: s)) + average p (fun s => g (false :: s))) / 2 else g [::].

(** The row [s] with sign [i] changed. *)
Definition changed (i : nat) (s : seq bool) : seq bool := set_nth false s i (~~ nth false s i).

(** No single sign changes [g] by more than 1. *)
Definition steady (m : nat) (g : seq bool -> R) : Prop :=
  forall s i, size s = m -> (i < m)%N -> Rabs (g (changed i s) - g s) <= 1.

Lemma average_le m f g : (forall s, size s = m -> f s <= g s) -> average m f <= average m g.
Proof.
elim: m f g => [|m IH] f g fg /=; first exact: fg.
have a : average m (fun s => f (true :: s)) <= average m (fun s => g (true :: s)).
  by apply: IH => s sm; apply: fg; rewrite /= sm.
have b : average m (fun s => f (false :: s)) <= average m (fun s => g (false :: s)).
  by apply: IH => s sm; apply: fg; rewrite /= sm.
lra.
Qed.

Lemma average_scal m a f : average m (fun s => a * f s) = a * average m f.
Proof. by elim: m f => [|m IH] f //=; rewrite !IH; field. Qed.

Lemma average_plus m f g : average m (fun s => f s + g s) = average m f + average m g.
Proof. by elim: m f g => [|m IH] f g //=; rewrite !IH; field. Qed.

Lemma average_const m c : average m (fun=> c) = c.
Proof. by elim: m => [|m IH] //=; rewrite !IH; field. Qed.

Lemma average_ext m f g : (forall s, size s = m -> f s = g s) -> average m f = average m g.
Proof. by move=> e; apply: Rle_antisym; apply: average_le => s /e ->; apply: Rle_refl. Qed.

Lemma exp_pair x y : Rabs x <= y -> exp x + exp (- x) <= exp y + exp (- y).
Proof.
move=> xy; have [x1 x2] := Rabs_le_between x y; have {x1 x2} [x1 x2] := x1 xy.
have le a b : a <= b -> exp a <= exp b.
  by move=> [ab|->]; [apply: Rlt_le; exact: exp_increasing | apply: Rle_refl].
have [px py] := (exp_pos x, exp_pos y).
have e1 : exp x <= exp y by apply: le.
have e2 : 1 <= exp x * exp y by rewrite -exp_plus -exp_0; apply: le; lra.
rewrite !exp_Ropp.
have q : 0 <= (exp y - exp x) * (1 - / (exp x * exp y)).
  apply: Rmult_le_pos; first lra.
  have := Rinv_le_contravar 1 _ Rlt_0_1 e2; rewrite Rinv_1; lra.
have -> : exp y + / exp y = exp x + / exp x + (exp y - exp x) * (1 - / (exp x * exp y)) by field; lra.
lra.
Qed.

(** The mean of exp (- l (g - mean g)) is at most cosh (l / 2) ^ m. *)
Lemma moment m g l : 0 <= l -> steady m g ->
  average m (fun s => exp (- l * (g s - average m g))) <= ((exp (l / 2) + exp (- (l / 2))) / 2) ^ m.
Proof.
move=> l0; elim: m g => [|m IH] g st.
  by rewrite /= Rminus_eq_0 Rmult_0_r exp_0; apply: Rle_refl.
pose gt s := g (true :: s); pose gf s := g (false :: s).
have stt : steady m gt by move=> s i sm im; apply: (st (true :: s) i.+1); rewrite /= ?sm.
have stf : steady m gf by move=> s i sm im; apply: (st (false :: s) i.+1); rewrite /= ?sm.
set a := average m gt; set b := average m gf.
have near_ : Rabs ((a - b) / 2) <= 1 / 2.
  have up : a <= b + 1.
    rewrite -[X in b + X](average_const m) -average_plus; apply: average_le => s sm.
    have /= := st (false :: s) 0%N; rewrite sm => /(_ erefl isT).
    by rewrite /changed /= => /Rabs_le_between; rewrite /gt /gf; lra.
  have down : b <= a + 1.
    rewrite -[X in a + X](average_const m) -average_plus; apply: average_le => s sm.
    have /= := st (false :: s) 0%N; rewrite sm => /(_ erefl isT).
    by rewrite /changed /= => /Rabs_le_between; rewrite /gt /gf; lra.
  by apply: Rabs_le; lra.
set C := ((exp (l / 2) + exp (- (l / 2))) / 2); pose x := l * ((a - b) / 2).
have C0 : 0 < C by have := exp_pos (l / 2); have := exp_pos (- (l / 2)); rewrite /C; lra.
have mE : average m.+1 g = (a + b) / 2 by [].
rewrite mE /= -/gt -/gf.
have -> : average m (fun s => exp (- l * (g (true :: s) - (a + b) / 2))) =
    exp (- x) * average m (fun s => exp (- l * (gt s - a))).
  rewrite -average_scal; apply: average_ext => s _; rewrite -exp_plus; congr exp.
  by rewrite /gt /x; field.
have -> : average m (fun s => exp (- l * (g (false :: s) - (a + b) / 2))) =
    exp x * average m (fun s => exp (- l * (gf s - b))).
  rewrite -average_scal; apply: average_ext => s _; rewrite -exp_plus; congr exp.
  by rewrite /gf /x; field.
have it := Rmult_le_compat_l _ _ _ (Rlt_le _ _ (exp_pos (- x))) (IH _ stt).
have jf := Rmult_le_compat_l _ _ _ (Rlt_le _ _ (exp_pos x)) (IH _ stf).
have px : exp x + exp (- x) <= exp (l / 2) + exp (- (l / 2)).
  apply: exp_pair; rewrite /x Rabs_mult (Rabs_pos_eq l) //.
  have := Rmult_le_compat_l l _ _ l0 near_; lra.
have Cm : 0 <= C ^ m by apply: pow_le; lra.
have := Rmult_le_compat_r _ _ _ Cm px.
have -> : (exp (l / 2) + exp (- (l / 2))) * C ^ m = 2 * (C * C ^ m) by rewrite /C; field.
rewrite -/C -/a -/b in it jf *; lra.
Qed.

(** cosh x <= exp (x^2 / 2) for x >= 0. *)
Lemma cosh_gauss x : 0 <= x -> (exp x + exp (- x)) / 2 <= exp (x ^ 2 / 2).
Proof.
move=> x0; have all_ : interval (fun _ : R => True) by [].
have slope y : 0 <= y -> (exp y - exp (- y)) / 2 <= y * ((exp y + exp (- y)) / 2).
  move=> y0; pose u t := t * ((exp t + exp (- t)) / 2) - (exp t - exp (- t)) / 2.
  have D t : True -> is_derive u t (t * ((exp t - exp (- t)) / 2)).
    by move=> _; rewrite /u; auto_derive => //; field.
  have := @increasing (fun=> True) all_ u _ D 0 y _ I I y0.
  rewrite /u Ropp_0 exp_0 => K; suff : 0 * ((1 + 1) / 2) - (1 - 1) / 2 <= y * ((exp y + exp (- y)) / 2) - (exp y - exp (- y)) / 2 by lra.
  apply: K => t _ [t0 _]; apply: Rmult_le_pos => //.
  suff : exp (- t) <= exp t by lra.
  have [lt|->] : - t < t \/ - t = t by lra.
    by apply: Rlt_le; exact: exp_increasing.
  exact: Rle_refl.
pose v t := - (((exp t + exp (- t)) / 2) * exp (- (t * t / 2))).
have D t : True -> is_derive v t ((t * ((exp t + exp (- t)) / 2) - (exp t - exp (- t)) / 2) * exp (- (t * t / 2))).
  by move=> _; rewrite /v; auto_derive => //; rewrite /Rdiv; field.
have : v 0 <= v x.
  apply: (@increasing (fun=> True) all_ v _ D 0 x _ I I x0) => t _ [t0 _].
  by apply: Rmult_le_pos; [have := slope t t0; lra | apply: Rlt_le; exact: exp_pos].
rewrite /v Ropp_0 exp_0 (_ : - (0 * 0 / 2) = 0); last by field.
rewrite exp_0 (exp_Ropp (x * x / 2)) => K.
rewrite (_ : x ^ 2 / 2 = x * x / 2); last by field.
have p := exp_pos (x * x / 2).
have {}K : (exp x + exp (- x)) / 2 * / exp (x * x / 2) <= 1 by lra.
have := Rmult_le_compat_r _ _ _ (Rlt_le _ _ p) K.
by rewrite Rmult_assoc Rinv_l ?Rmult_1_r ?Rmult_1_l //; lra.
Qed.

(** Of the rows of [m] fair signs a share of at most exp (- 2 t^2 / m) makes [g] smaller than its mean by [t >= 0]. *)
Theorem hoeffding m g (E : seq bool -> bool) t : (0 < m)%N -> steady m g -> 0 <= t ->
  (forall s, size s = m -> E s -> g s <= average m g - t) ->
  average m (fun s => if E s then 1 else 0) <= exp (- (2 * t ^ 2 / INR m)).
Proof.
move=> m0 st t0 far; have n0 : 0 < INR m by apply: lt_0_INR; apply/ltP.
pose l := 4 * t / INR m; have l0 : 0 <= l.
  by apply: Rmult_le_pos; [lra | apply: Rlt_le; exact: Rinv_0_lt_compat].
apply: (Rle_trans _ (average m (fun s => exp (- l * t) * exp (- l * (g s - average m g))))).
  apply: average_le => s sm; case: ifP => [/(far s sm) le|_]; last first.
    by apply: Rlt_le; apply: Rmult_lt_0_compat; exact: exp_pos.
  rewrite -exp_plus -exp_0.
  have : 0 <= - l * t + - l * (g s - average m g).
    have := Rmult_le_compat_l _ _ _ l0 le; lra.
  move=> [lt|<-]; last exact: Rle_refl.
  by apply: Rlt_le; exact: exp_increasing.
rewrite average_scal.
apply: Rle_trans (Rmult_le_compat_l _ _ _ (Rlt_le _ _ (exp_pos _)) (moment l0 st)) _.
have c : ((exp (l / 2) + exp (- (l / 2))) / 2) ^ m <= exp ((l / 2) ^ 2 / 2) ^ m.
  apply: pow_incr; split; last by apply: cosh_gauss; lra.
  by have := exp_pos (l / 2); have := exp_pos (- (l / 2)); lra.
apply: Rle_trans (Rmult_le_compat_l _ _ _ (Rlt_le _ _ (exp_pos _)) c) _.
have powE k y : exp y ^ k = exp (INR k * y).
  elim: k => [|k IH]; first by rewrite /= Rmult_0_l exp_0.
  by rewrite [LHS]/= IH -exp_plus S_INR; congr exp; ring.
rewrite powE -exp_plus; apply: Req_le; congr exp; rewrite /l; field; lra.
Qed.
